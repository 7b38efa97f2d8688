from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.model_version import ModelVersion
from ...models.problem import Problem
from ...models.register_model_version_body import RegisterModelVersionBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    name: str,
    *,
    body: RegisterModelVersionBody,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/admin/models/{name}/versions".format(
            name=quote(str(name), safe=""),
        ),
    }

    _kwargs["files"] = body.to_multipart()

    headers["Content-Type"] = "multipart/form-data; boundary=+++"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ModelVersion | Problem | None:
    if response.status_code == 202:
        response_202 = ModelVersion.from_dict(response.json())

        return response_202

    if 400 <= response.status_code <= 499:
        response_4xx = Problem.from_dict(response.json())

        return response_4xx

    if 500 <= response.status_code <= 599:
        response_5xx = Problem.from_dict(response.json())

        return response_5xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ModelVersion | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    name: str,
    *,
    client: AuthenticatedClient,
    body: RegisterModelVersionBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[ModelVersion | Problem]:
    """Register an encoder file as the next version of a model; its validation follows

     The same file under one name is the same version. Follow the Location until it is READY or REJECTED.

    Args:
        name (str):
        idempotency_key (str | Unset):
        body (RegisterModelVersionBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ModelVersion | Problem]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    name: str,
    *,
    client: AuthenticatedClient,
    body: RegisterModelVersionBody,
    idempotency_key: str | Unset = UNSET,
) -> ModelVersion | Problem | None:
    """Register an encoder file as the next version of a model; its validation follows

     The same file under one name is the same version. Follow the Location until it is READY or REJECTED.

    Args:
        name (str):
        idempotency_key (str | Unset):
        body (RegisterModelVersionBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ModelVersion | Problem
    """

    return sync_detailed(
        name=name,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    name: str,
    *,
    client: AuthenticatedClient,
    body: RegisterModelVersionBody,
    idempotency_key: str | Unset = UNSET,
) -> Response[ModelVersion | Problem]:
    """Register an encoder file as the next version of a model; its validation follows

     The same file under one name is the same version. Follow the Location until it is READY or REJECTED.

    Args:
        name (str):
        idempotency_key (str | Unset):
        body (RegisterModelVersionBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ModelVersion | Problem]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    name: str,
    *,
    client: AuthenticatedClient,
    body: RegisterModelVersionBody,
    idempotency_key: str | Unset = UNSET,
) -> ModelVersion | Problem | None:
    """Register an encoder file as the next version of a model; its validation follows

     The same file under one name is the same version. Follow the Location until it is READY or REJECTED.

    Args:
        name (str):
        idempotency_key (str | Unset):
        body (RegisterModelVersionBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ModelVersion | Problem
    """

    return (
        await asyncio_detailed(
            name=name,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed

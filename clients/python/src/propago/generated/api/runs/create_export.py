from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.create_export_body import CreateExportBody
from ...models.export import Export
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    id: UUID,
    *,
    body: CreateExportBody,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/runs/{id}/exports".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Export | Problem | None:
    if response.status_code == 202:
        response_202 = Export.from_dict(response.json())

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
) -> Response[Export | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: CreateExportBody,
) -> Response[Export | Problem]:
    """Have the masks or key points of a run written in some format; docs/formats.md tells what each holds

     The same request on the same revision of the run gives the same export. The event stream of the run
    tells when it is ready.

    Args:
        id (UUID):
        body (CreateExportBody):  Example: {'format': 'coco', 'options': {'segmentation': 'rle'}}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Export | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: CreateExportBody,
) -> Export | Problem | None:
    """Have the masks or key points of a run written in some format; docs/formats.md tells what each holds

     The same request on the same revision of the run gives the same export. The event stream of the run
    tells when it is ready.

    Args:
        id (UUID):
        body (CreateExportBody):  Example: {'format': 'coco', 'options': {'segmentation': 'rle'}}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Export | Problem
    """

    return sync_detailed(
        id=id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: CreateExportBody,
) -> Response[Export | Problem]:
    """Have the masks or key points of a run written in some format; docs/formats.md tells what each holds

     The same request on the same revision of the run gives the same export. The event stream of the run
    tells when it is ready.

    Args:
        id (UUID):
        body (CreateExportBody):  Example: {'format': 'coco', 'options': {'segmentation': 'rle'}}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Export | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: CreateExportBody,
) -> Export | Problem | None:
    """Have the masks or key points of a run written in some format; docs/formats.md tells what each holds

     The same request on the same revision of the run gives the same export. The event stream of the run
    tells when it is ready.

    Args:
        id (UUID):
        body (CreateExportBody):  Example: {'format': 'coco', 'options': {'segmentation': 'rle'}}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Export | Problem
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            body=body,
        )
    ).parsed

from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.run_object import RunObject
from ...models.update_object_body import UpdateObjectBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: UUID,
    object_: int,
    *,
    body: UpdateObjectBody | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/runs/{id}/objects/{object_}".format(
            id=quote(str(id), safe=""),
            object_=quote(str(object_), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | RunObject | None:
    if response.status_code == 200:
        response_200 = RunObject.from_dict(response.json())

        return response_200

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
) -> Response[Problem | RunObject]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: UUID,
    object_: int,
    *,
    client: AuthenticatedClient,
    body: UpdateObjectBody | Unset = UNSET,
) -> Response[Problem | RunObject]:
    """Change the name or the colour of an object, or whether frames before its first prompt are labelled

     What is absent stays as it is. A new colour gives the run a new revision, whose masks and overlay
    have it; so does a change of isTracedBack.

    Args:
        id (UUID):
        object_ (int):
        body (UpdateObjectBody | Unset):  Example: {'name': 'cyclist', 'colour': '#e01b24'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RunObject]
    """

    kwargs = _get_kwargs(
        id=id,
        object_=object_,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    object_: int,
    *,
    client: AuthenticatedClient,
    body: UpdateObjectBody | Unset = UNSET,
) -> Problem | RunObject | None:
    """Change the name or the colour of an object, or whether frames before its first prompt are labelled

     What is absent stays as it is. A new colour gives the run a new revision, whose masks and overlay
    have it; so does a change of isTracedBack.

    Args:
        id (UUID):
        object_ (int):
        body (UpdateObjectBody | Unset):  Example: {'name': 'cyclist', 'colour': '#e01b24'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RunObject
    """

    return sync_detailed(
        id=id,
        object_=object_,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    object_: int,
    *,
    client: AuthenticatedClient,
    body: UpdateObjectBody | Unset = UNSET,
) -> Response[Problem | RunObject]:
    """Change the name or the colour of an object, or whether frames before its first prompt are labelled

     What is absent stays as it is. A new colour gives the run a new revision, whose masks and overlay
    have it; so does a change of isTracedBack.

    Args:
        id (UUID):
        object_ (int):
        body (UpdateObjectBody | Unset):  Example: {'name': 'cyclist', 'colour': '#e01b24'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RunObject]
    """

    kwargs = _get_kwargs(
        id=id,
        object_=object_,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    object_: int,
    *,
    client: AuthenticatedClient,
    body: UpdateObjectBody | Unset = UNSET,
) -> Problem | RunObject | None:
    """Change the name or the colour of an object, or whether frames before its first prompt are labelled

     What is absent stays as it is. A new colour gives the run a new revision, whose masks and overlay
    have it; so does a change of isTracedBack.

    Args:
        id (UUID):
        object_ (int):
        body (UpdateObjectBody | Unset):  Example: {'name': 'cyclist', 'colour': '#e01b24'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RunObject
    """

    return (
        await asyncio_detailed(
            id=id,
            object_=object_,
            client=client,
            body=body,
        )
    ).parsed

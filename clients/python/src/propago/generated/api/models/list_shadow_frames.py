from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.frame_page import FramePage
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    name: str,
    shadow_run_id: UUID,
    *,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/admin/models/{name}/shadow-comparisons/{shadow_run_id}/frames".format(
            name=quote(str(name), safe=""),
            shadow_run_id=quote(str(shadow_run_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> FramePage | Problem | None:
    if response.status_code == 200:
        response_200 = FramePage.from_dict(response.json())

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
) -> Response[FramePage | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    name: str,
    shadow_run_id: UUID,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> Response[FramePage | Problem]:
    """The frame table of a shadow run, to lay its masks beside those that the user got

     Of the own tenant only: an administrator sees figures of the runs of others, and no pictures.

    Args:
        name (str):
        shadow_run_id (UUID):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FramePage | Problem]
    """

    kwargs = _get_kwargs(
        name=name,
        shadow_run_id=shadow_run_id,
        limit=limit,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    name: str,
    shadow_run_id: UUID,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> FramePage | Problem | None:
    """The frame table of a shadow run, to lay its masks beside those that the user got

     Of the own tenant only: an administrator sees figures of the runs of others, and no pictures.

    Args:
        name (str):
        shadow_run_id (UUID):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FramePage | Problem
    """

    return sync_detailed(
        name=name,
        shadow_run_id=shadow_run_id,
        client=client,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    name: str,
    shadow_run_id: UUID,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> Response[FramePage | Problem]:
    """The frame table of a shadow run, to lay its masks beside those that the user got

     Of the own tenant only: an administrator sees figures of the runs of others, and no pictures.

    Args:
        name (str):
        shadow_run_id (UUID):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FramePage | Problem]
    """

    kwargs = _get_kwargs(
        name=name,
        shadow_run_id=shadow_run_id,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    name: str,
    shadow_run_id: UUID,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
) -> FramePage | Problem | None:
    """The frame table of a shadow run, to lay its masks beside those that the user got

     Of the own tenant only: an administrator sees figures of the runs of others, and no pictures.

    Args:
        name (str):
        shadow_run_id (UUID):
        limit (int | Unset):  Default: 100.
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FramePage | Problem
    """

    return (
        await asyncio_detailed(
            name=name,
            shadow_run_id=shadow_run_id,
            client=client,
            limit=limit,
            cursor=cursor,
        )
    ).parsed

from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.suggestion_list import SuggestionList
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: UUID,
    *,
    count: int | Unset = 5,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["count"] = count

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/runs/{id}/suggestions".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | SuggestionList | None:
    if response.status_code == 200:
        response_200 = SuggestionList.from_dict(response.json())

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
) -> Response[Problem | SuggestionList]:
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
    count: int | Unset = 5,
) -> Response[Problem | SuggestionList]:
    """The frames whose correction would help most, the best first

     Judged by how far the labels of each mask have spread beyond it, and by how many frames lie nearer
    to the correction than to a prompt. Of a run at work: by the masks that are there already. Fewer
    than asked for where no more would help.

    Args:
        id (UUID):
        count (int | Unset):  Default: 5.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | SuggestionList]
    """

    kwargs = _get_kwargs(
        id=id,
        count=count,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient,
    count: int | Unset = 5,
) -> Problem | SuggestionList | None:
    """The frames whose correction would help most, the best first

     Judged by how far the labels of each mask have spread beyond it, and by how many frames lie nearer
    to the correction than to a prompt. Of a run at work: by the masks that are there already. Fewer
    than asked for where no more would help.

    Args:
        id (UUID):
        count (int | Unset):  Default: 5.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | SuggestionList
    """

    return sync_detailed(
        id=id,
        client=client,
        count=count,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    count: int | Unset = 5,
) -> Response[Problem | SuggestionList]:
    """The frames whose correction would help most, the best first

     Judged by how far the labels of each mask have spread beyond it, and by how many frames lie nearer
    to the correction than to a prompt. Of a run at work: by the masks that are there already. Fewer
    than asked for where no more would help.

    Args:
        id (UUID):
        count (int | Unset):  Default: 5.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | SuggestionList]
    """

    kwargs = _get_kwargs(
        id=id,
        count=count,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    count: int | Unset = 5,
) -> Problem | SuggestionList | None:
    """The frames whose correction would help most, the best first

     Judged by how far the labels of each mask have spread beyond it, and by how many frames lie nearer
    to the correction than to a prompt. Of a run at work: by the masks that are there already. Fewer
    than asked for where no more would help.

    Args:
        id (UUID):
        count (int | Unset):  Default: 5.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | SuggestionList
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            count=count,
        )
    ).parsed

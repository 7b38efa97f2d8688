from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.append_to_upload_tus_resumable import AppendToUploadTusResumable
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    id: UUID,
    *,
    upload_offset: int,
    tus_resumable: AppendToUploadTusResumable,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["Upload-Offset"] = str(upload_offset)

    headers["Tus-Resumable"] = str(tus_resumable)

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/uploads/{id}".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Problem | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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
) -> Response[Any | Problem]:
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
    upload_offset: int,
    tus_resumable: AppendToUploadTusResumable,
) -> Response[Any | Problem]:
    """Send bytes of a file, from where it goes on

     The body has the type `application/offset+octet-stream`. What has come of it when the connection
    breaks counts. Of two senders at once one gets 409.

    Args:
        id (UUID):
        upload_offset (int):
        tus_resumable (AppendToUploadTusResumable):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        upload_offset=upload_offset,
        tus_resumable=tus_resumable,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient,
    upload_offset: int,
    tus_resumable: AppendToUploadTusResumable,
) -> Any | Problem | None:
    """Send bytes of a file, from where it goes on

     The body has the type `application/offset+octet-stream`. What has come of it when the connection
    breaks counts. Of two senders at once one gets 409.

    Args:
        id (UUID):
        upload_offset (int):
        tus_resumable (AppendToUploadTusResumable):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem
    """

    return sync_detailed(
        id=id,
        client=client,
        upload_offset=upload_offset,
        tus_resumable=tus_resumable,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    upload_offset: int,
    tus_resumable: AppendToUploadTusResumable,
) -> Response[Any | Problem]:
    """Send bytes of a file, from where it goes on

     The body has the type `application/offset+octet-stream`. What has come of it when the connection
    breaks counts. Of two senders at once one gets 409.

    Args:
        id (UUID):
        upload_offset (int):
        tus_resumable (AppendToUploadTusResumable):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        upload_offset=upload_offset,
        tus_resumable=tus_resumable,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    upload_offset: int,
    tus_resumable: AppendToUploadTusResumable,
) -> Any | Problem | None:
    """Send bytes of a file, from where it goes on

     The body has the type `application/offset+octet-stream`. What has come of it when the connection
    breaks counts. Of two senders at once one gets 409.

    Args:
        id (UUID):
        upload_offset (int):
        tus_resumable (AppendToUploadTusResumable):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            upload_offset=upload_offset,
            tus_resumable=tus_resumable,
        )
    ).parsed

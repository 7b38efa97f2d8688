from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.create_upload_tus_resumable import CreateUploadTusResumable
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    upload_metadata: str | Unset = UNSET,
    upload_length: int,
    tus_resumable: CreateUploadTusResumable,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(upload_metadata, Unset):
        headers["Upload-Metadata"] = upload_metadata

    headers["Upload-Length"] = str(upload_length)

    headers["Tus-Resumable"] = str(tus_resumable)

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/uploads",
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Problem | None:
    if response.status_code == 201:
        response_201 = cast(Any, None)
        return response_201

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
    *,
    client: AuthenticatedClient,
    upload_metadata: str | Unset = UNSET,
    upload_length: int,
    tus_resumable: CreateUploadTusResumable,
) -> Response[Any | Problem]:
    """Begin to send a file that resumes (tus 1.0); Location is where its bytes go

     For clients of tus, such as tus-js-client. When all bytes are there, `POST /v1/videos` or `POST
    /v1/runs` takes the id, which is the last part of Location, as `uploadId`. The file counts in the
    quota from now on.

    Args:
        upload_metadata (str | Unset):
        upload_length (int):
        tus_resumable (CreateUploadTusResumable):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem]
    """

    kwargs = _get_kwargs(
        upload_metadata=upload_metadata,
        upload_length=upload_length,
        tus_resumable=tus_resumable,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    upload_metadata: str | Unset = UNSET,
    upload_length: int,
    tus_resumable: CreateUploadTusResumable,
) -> Any | Problem | None:
    """Begin to send a file that resumes (tus 1.0); Location is where its bytes go

     For clients of tus, such as tus-js-client. When all bytes are there, `POST /v1/videos` or `POST
    /v1/runs` takes the id, which is the last part of Location, as `uploadId`. The file counts in the
    quota from now on.

    Args:
        upload_metadata (str | Unset):
        upload_length (int):
        tus_resumable (CreateUploadTusResumable):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem
    """

    return sync_detailed(
        client=client,
        upload_metadata=upload_metadata,
        upload_length=upload_length,
        tus_resumable=tus_resumable,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    upload_metadata: str | Unset = UNSET,
    upload_length: int,
    tus_resumable: CreateUploadTusResumable,
) -> Response[Any | Problem]:
    """Begin to send a file that resumes (tus 1.0); Location is where its bytes go

     For clients of tus, such as tus-js-client. When all bytes are there, `POST /v1/videos` or `POST
    /v1/runs` takes the id, which is the last part of Location, as `uploadId`. The file counts in the
    quota from now on.

    Args:
        upload_metadata (str | Unset):
        upload_length (int):
        tus_resumable (CreateUploadTusResumable):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem]
    """

    kwargs = _get_kwargs(
        upload_metadata=upload_metadata,
        upload_length=upload_length,
        tus_resumable=tus_resumable,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    upload_metadata: str | Unset = UNSET,
    upload_length: int,
    tus_resumable: CreateUploadTusResumable,
) -> Any | Problem | None:
    """Begin to send a file that resumes (tus 1.0); Location is where its bytes go

     For clients of tus, such as tus-js-client. When all bytes are there, `POST /v1/videos` or `POST
    /v1/runs` takes the id, which is the last part of Location, as `uploadId`. The file counts in the
    quota from now on.

    Args:
        upload_metadata (str | Unset):
        upload_length (int):
        tus_resumable (CreateUploadTusResumable):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            upload_metadata=upload_metadata,
            upload_length=upload_length,
            tus_resumable=tus_resumable,
        )
    ).parsed

from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.create_video_files_body import CreateVideoFilesBody
from ...models.problem import Problem
from ...models.video import Video
from ...models.video_request import VideoRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CreateVideoFilesBody | VideoRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/videos",
    }

    if isinstance(body, CreateVideoFilesBody):
        _kwargs["files"] = body.to_multipart()

        headers["Content-Type"] = "multipart/form-data; boundary=+++"
    if isinstance(body, VideoRequest):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | Video | None:
    if response.status_code == 201:
        response_201 = Video.from_dict(response.json())

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
) -> Response[Problem | Video]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateVideoFilesBody | VideoRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | Video]:
    """Send a video, to look at its frames and for runs on it

     It stays until it is deleted, or has had no run for the time that the operator has set, and counts
    in the quota. The id belongs to the tenant: who sends the same bytes again gets another one. As
    JSON, `uploadId` names a file that was sent to `/v1/uploads`.

    Args:
        idempotency_key (str | Unset):
        body (CreateVideoFilesBody):
        body (VideoRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Video]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: CreateVideoFilesBody | VideoRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Problem | Video | None:
    """Send a video, to look at its frames and for runs on it

     It stays until it is deleted, or has had no run for the time that the operator has set, and counts
    in the quota. The id belongs to the tenant: who sends the same bytes again gets another one. As
    JSON, `uploadId` names a file that was sent to `/v1/uploads`.

    Args:
        idempotency_key (str | Unset):
        body (CreateVideoFilesBody):
        body (VideoRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Video
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateVideoFilesBody | VideoRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | Video]:
    """Send a video, to look at its frames and for runs on it

     It stays until it is deleted, or has had no run for the time that the operator has set, and counts
    in the quota. The id belongs to the tenant: who sends the same bytes again gets another one. As
    JSON, `uploadId` names a file that was sent to `/v1/uploads`.

    Args:
        idempotency_key (str | Unset):
        body (CreateVideoFilesBody):
        body (VideoRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Video]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: CreateVideoFilesBody | VideoRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Problem | Video | None:
    """Send a video, to look at its frames and for runs on it

     It stays until it is deleted, or has had no run for the time that the operator has set, and counts
    in the quota. The id belongs to the tenant: who sends the same bytes again gets another one. As
    JSON, `uploadId` names a file that was sent to `/v1/uploads`.

    Args:
        idempotency_key (str | Unset):
        body (CreateVideoFilesBody):
        body (VideoRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Video
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed

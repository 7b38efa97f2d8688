from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.create_run_body import CreateRunBody
from ...models.problem import Problem
from ...models.run import Run
from ...models.run_request import RunRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CreateRunBody | RunRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/runs",
    }

    if isinstance(body, CreateRunBody):
        _kwargs["files"] = body.to_multipart()

        headers["Content-Type"] = "multipart/form-data; boundary=+++"
    if isinstance(body, RunRequest):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | Run | None:
    if response.status_code == 202:
        response_202 = Run.from_dict(response.json())

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
) -> Response[Problem | Run]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateRunBody | RunRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | Run]:
    """Propagate the labels of some frames through a video; answers when the run is committed

     Send options, masks and prompts before the video: what is wrong with them is said before the video
    is read. Labels are known for one frame or more, as masks, as JSON, or both; nothing is accepted of
    a request with a bad one. Instead of a video, `videoId` names one that was sent before, or the one
    of another run: nothing is sent or decoded again, and the request may be JSON; or `uploadId` one
    that was sent to `/v1/uploads`.

    Args:
        idempotency_key (str | Unset):
        body (CreateRunBody):
        body (RunRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Run]
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
    body: CreateRunBody | RunRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Problem | Run | None:
    """Propagate the labels of some frames through a video; answers when the run is committed

     Send options, masks and prompts before the video: what is wrong with them is said before the video
    is read. Labels are known for one frame or more, as masks, as JSON, or both; nothing is accepted of
    a request with a bad one. Instead of a video, `videoId` names one that was sent before, or the one
    of another run: nothing is sent or decoded again, and the request may be JSON; or `uploadId` one
    that was sent to `/v1/uploads`.

    Args:
        idempotency_key (str | Unset):
        body (CreateRunBody):
        body (RunRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Run
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateRunBody | RunRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | Run]:
    """Propagate the labels of some frames through a video; answers when the run is committed

     Send options, masks and prompts before the video: what is wrong with them is said before the video
    is read. Labels are known for one frame or more, as masks, as JSON, or both; nothing is accepted of
    a request with a bad one. Instead of a video, `videoId` names one that was sent before, or the one
    of another run: nothing is sent or decoded again, and the request may be JSON; or `uploadId` one
    that was sent to `/v1/uploads`.

    Args:
        idempotency_key (str | Unset):
        body (CreateRunBody):
        body (RunRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Run]
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
    body: CreateRunBody | RunRequest | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Problem | Run | None:
    """Propagate the labels of some frames through a video; answers when the run is committed

     Send options, masks and prompts before the video: what is wrong with them is said before the video
    is read. Labels are known for one frame or more, as masks, as JSON, or both; nothing is accepted of
    a request with a bad one. Instead of a video, `videoId` names one that was sent before, or the one
    of another run: nothing is sent or decoded again, and the request may be JSON; or `uploadId` one
    that was sent to `/v1/uploads`.

    Args:
        idempotency_key (str | Unset):
        body (CreateRunBody):
        body (RunRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Run
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed

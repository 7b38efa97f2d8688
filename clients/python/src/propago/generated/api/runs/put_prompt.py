from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.put_prompt_fit import PutPromptFit
from ...models.put_prompt_json_body import PutPromptJsonBody
from ...models.run import Run
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    id: UUID,
    frame: int,
    *,
    body: PutPromptJsonBody | File | Unset = UNSET,
    absent: str | Unset = UNSET,
    fit: PutPromptFit | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    params: dict[str, Any] = {}

    params["absent"] = absent

    json_fit: str | Unset = UNSET
    if not isinstance(fit, Unset):
        json_fit = fit.value

    params["fit"] = json_fit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/runs/{id}/prompts/{frame}".format(
            id=quote(str(id), safe=""),
            frame=quote(str(frame), safe=""),
        ),
        "params": params,
    }

    if isinstance(body, PutPromptJsonBody):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, File):
        _kwargs["content"] = body.payload
        headers["Content-Type"] = "application/octet-stream"

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
    id: UUID,
    frame: int,
    *,
    client: AuthenticatedClient,
    body: PutPromptJsonBody | File | Unset = UNSET,
    absent: str | Unset = UNSET,
    fit: PutPromptFit | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[Problem | Run]:
    """Say where objects are on a frame, or that they are not there; the run goes on from that

     In the place of what was said about this frame before. Masks between the neighbouring prompts of
    these objects are made again, others stay. The body is a mask PNG of the video’s size whose values
    are object ids, or JSON with COCO run lengths, polygons or key points, or a file of another program
    (as in a POST to the prompts of the run), whose objects are found by their names. Objects that it
    does not name are not spoken of. Masks and key points of a frame are separate: what is said by one
    replaces nothing of the other.

    Args:
        id (UUID):
        frame (int):
        absent (str | Unset):
        fit (PutPromptFit | Unset):
        if_match (str | Unset):
        body (PutPromptJsonBody):  Example: {'objects': [{'id': 1, 'polygons': [[[120.5, 80],
            [190, 82.5], [160, 140]]]}, {'id': 2, 'absent': True}, {'id': 3, 'points': [{'name':
            'nose', 'x': 310.5, 'y': 96.25}, {'name': 'tail', 'visibility': 'absent'}]}]}.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Run]
    """

    kwargs = _get_kwargs(
        id=id,
        frame=frame,
        body=body,
        absent=absent,
        fit=fit,
        if_match=if_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    frame: int,
    *,
    client: AuthenticatedClient,
    body: PutPromptJsonBody | File | Unset = UNSET,
    absent: str | Unset = UNSET,
    fit: PutPromptFit | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Problem | Run | None:
    """Say where objects are on a frame, or that they are not there; the run goes on from that

     In the place of what was said about this frame before. Masks between the neighbouring prompts of
    these objects are made again, others stay. The body is a mask PNG of the video’s size whose values
    are object ids, or JSON with COCO run lengths, polygons or key points, or a file of another program
    (as in a POST to the prompts of the run), whose objects are found by their names. Objects that it
    does not name are not spoken of. Masks and key points of a frame are separate: what is said by one
    replaces nothing of the other.

    Args:
        id (UUID):
        frame (int):
        absent (str | Unset):
        fit (PutPromptFit | Unset):
        if_match (str | Unset):
        body (PutPromptJsonBody):  Example: {'objects': [{'id': 1, 'polygons': [[[120.5, 80],
            [190, 82.5], [160, 140]]]}, {'id': 2, 'absent': True}, {'id': 3, 'points': [{'name':
            'nose', 'x': 310.5, 'y': 96.25}, {'name': 'tail', 'visibility': 'absent'}]}]}.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Run
    """

    return sync_detailed(
        id=id,
        frame=frame,
        client=client,
        body=body,
        absent=absent,
        fit=fit,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    frame: int,
    *,
    client: AuthenticatedClient,
    body: PutPromptJsonBody | File | Unset = UNSET,
    absent: str | Unset = UNSET,
    fit: PutPromptFit | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[Problem | Run]:
    """Say where objects are on a frame, or that they are not there; the run goes on from that

     In the place of what was said about this frame before. Masks between the neighbouring prompts of
    these objects are made again, others stay. The body is a mask PNG of the video’s size whose values
    are object ids, or JSON with COCO run lengths, polygons or key points, or a file of another program
    (as in a POST to the prompts of the run), whose objects are found by their names. Objects that it
    does not name are not spoken of. Masks and key points of a frame are separate: what is said by one
    replaces nothing of the other.

    Args:
        id (UUID):
        frame (int):
        absent (str | Unset):
        fit (PutPromptFit | Unset):
        if_match (str | Unset):
        body (PutPromptJsonBody):  Example: {'objects': [{'id': 1, 'polygons': [[[120.5, 80],
            [190, 82.5], [160, 140]]]}, {'id': 2, 'absent': True}, {'id': 3, 'points': [{'name':
            'nose', 'x': 310.5, 'y': 96.25}, {'name': 'tail', 'visibility': 'absent'}]}]}.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Run]
    """

    kwargs = _get_kwargs(
        id=id,
        frame=frame,
        body=body,
        absent=absent,
        fit=fit,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    frame: int,
    *,
    client: AuthenticatedClient,
    body: PutPromptJsonBody | File | Unset = UNSET,
    absent: str | Unset = UNSET,
    fit: PutPromptFit | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Problem | Run | None:
    """Say where objects are on a frame, or that they are not there; the run goes on from that

     In the place of what was said about this frame before. Masks between the neighbouring prompts of
    these objects are made again, others stay. The body is a mask PNG of the video’s size whose values
    are object ids, or JSON with COCO run lengths, polygons or key points, or a file of another program
    (as in a POST to the prompts of the run), whose objects are found by their names. Objects that it
    does not name are not spoken of. Masks and key points of a frame are separate: what is said by one
    replaces nothing of the other.

    Args:
        id (UUID):
        frame (int):
        absent (str | Unset):
        fit (PutPromptFit | Unset):
        if_match (str | Unset):
        body (PutPromptJsonBody):  Example: {'objects': [{'id': 1, 'polygons': [[[120.5, 80],
            [190, 82.5], [160, 140]]]}, {'id': 2, 'absent': True}, {'id': 3, 'points': [{'name':
            'nose', 'x': 310.5, 'y': 96.25}, {'name': 'tail', 'visibility': 'absent'}]}]}.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Run
    """

    return (
        await asyncio_detailed(
            id=id,
            frame=frame,
            client=client,
            body=body,
            absent=absent,
            fit=fit,
            if_match=if_match,
        )
    ).parsed

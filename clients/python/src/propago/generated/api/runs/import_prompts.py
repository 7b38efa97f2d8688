from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.import_prompts_json_body import ImportPromptsJsonBody
from ...models.problem import Problem
from ...models.prompt_import import PromptImport
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    id: UUID,
    *,
    body: ImportPromptsJsonBody | File | Unset = UNSET,
    frames: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    params: dict[str, Any] = {}

    params["frames"] = frames

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/runs/{id}/prompts".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    if isinstance(body, ImportPromptsJsonBody):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, File):
        _kwargs["content"] = body.payload
        headers["Content-Type"] = "application/octet-stream"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | PromptImport | None:
    if response.status_code == 202:
        response_202 = PromptImport.from_dict(response.json())

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
) -> Response[Problem | PromptImport]:
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
    body: ImportPromptsJsonBody | File | Unset = UNSET,
    frames: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[Problem | PromptImport]:
    """Take what was drawn in another program as prompts of the run, on every frame that its file speaks of

     COCO (polygons, run lengths), LabelMe, Label Studio (VideoRectangle), CVAT XML 1.1; key points of
    COCO, DeepLabCut (csv), SLEAP (analysis csv), or JSON with objects and frames. The content of the
    file tells which it is; JSON above 1 MiB is sent as application/octet-stream. An object is found by
    the number of its track or by its name, and added to the run where it is new. Frames are counted
    from 0, by the file’s own numbers or by the digits of file names.

    Args:
        id (UUID):
        frames (str | Unset):
        if_match (str | Unset):
        body (ImportPromptsJsonBody):  Example: {'images': [{'id': 1, 'file_name': '00057.jpg',
            'width': 854, 'height': 480}], 'categories': [{'id': 1, 'name': 'cyclist'}],
            'annotations': [{'id': 1, 'image_id': 1, 'category_id': 1, 'track_id': 1, 'segmentation':
            [[120.5, 80, 190, 82.5, 160, 140]]}]}.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | PromptImport]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
        frames=frames,
        if_match=if_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: ImportPromptsJsonBody | File | Unset = UNSET,
    frames: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Problem | PromptImport | None:
    """Take what was drawn in another program as prompts of the run, on every frame that its file speaks of

     COCO (polygons, run lengths), LabelMe, Label Studio (VideoRectangle), CVAT XML 1.1; key points of
    COCO, DeepLabCut (csv), SLEAP (analysis csv), or JSON with objects and frames. The content of the
    file tells which it is; JSON above 1 MiB is sent as application/octet-stream. An object is found by
    the number of its track or by its name, and added to the run where it is new. Frames are counted
    from 0, by the file’s own numbers or by the digits of file names.

    Args:
        id (UUID):
        frames (str | Unset):
        if_match (str | Unset):
        body (ImportPromptsJsonBody):  Example: {'images': [{'id': 1, 'file_name': '00057.jpg',
            'width': 854, 'height': 480}], 'categories': [{'id': 1, 'name': 'cyclist'}],
            'annotations': [{'id': 1, 'image_id': 1, 'category_id': 1, 'track_id': 1, 'segmentation':
            [[120.5, 80, 190, 82.5, 160, 140]]}]}.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | PromptImport
    """

    return sync_detailed(
        id=id,
        client=client,
        body=body,
        frames=frames,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: ImportPromptsJsonBody | File | Unset = UNSET,
    frames: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Response[Problem | PromptImport]:
    """Take what was drawn in another program as prompts of the run, on every frame that its file speaks of

     COCO (polygons, run lengths), LabelMe, Label Studio (VideoRectangle), CVAT XML 1.1; key points of
    COCO, DeepLabCut (csv), SLEAP (analysis csv), or JSON with objects and frames. The content of the
    file tells which it is; JSON above 1 MiB is sent as application/octet-stream. An object is found by
    the number of its track or by its name, and added to the run where it is new. Frames are counted
    from 0, by the file’s own numbers or by the digits of file names.

    Args:
        id (UUID):
        frames (str | Unset):
        if_match (str | Unset):
        body (ImportPromptsJsonBody):  Example: {'images': [{'id': 1, 'file_name': '00057.jpg',
            'width': 854, 'height': 480}], 'categories': [{'id': 1, 'name': 'cyclist'}],
            'annotations': [{'id': 1, 'image_id': 1, 'category_id': 1, 'track_id': 1, 'segmentation':
            [[120.5, 80, 190, 82.5, 160, 140]]}]}.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | PromptImport]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
        frames=frames,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    body: ImportPromptsJsonBody | File | Unset = UNSET,
    frames: str | Unset = UNSET,
    if_match: str | Unset = UNSET,
) -> Problem | PromptImport | None:
    """Take what was drawn in another program as prompts of the run, on every frame that its file speaks of

     COCO (polygons, run lengths), LabelMe, Label Studio (VideoRectangle), CVAT XML 1.1; key points of
    COCO, DeepLabCut (csv), SLEAP (analysis csv), or JSON with objects and frames. The content of the
    file tells which it is; JSON above 1 MiB is sent as application/octet-stream. An object is found by
    the number of its track or by its name, and added to the run where it is new. Frames are counted
    from 0, by the file’s own numbers or by the digits of file names.

    Args:
        id (UUID):
        frames (str | Unset):
        if_match (str | Unset):
        body (ImportPromptsJsonBody):  Example: {'images': [{'id': 1, 'file_name': '00057.jpg',
            'width': 854, 'height': 480}], 'categories': [{'id': 1, 'name': 'cyclist'}],
            'annotations': [{'id': 1, 'image_id': 1, 'category_id': 1, 'track_id': 1, 'segmentation':
            [[120.5, 80, 190, 82.5, 160, 140]]}]}.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | PromptImport
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            body=body,
            frames=frames,
            if_match=if_match,
        )
    ).parsed

from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.webhook_delivery_log import WebhookDeliveryLog
from ...types import Response


def _get_kwargs(
    id: UUID,
    event: UUID,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/webhooks/{id}/deliveries/{event}".format(
            id=quote(str(id), safe=""),
            event=quote(str(event), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | WebhookDeliveryLog | None:
    if response.status_code == 200:
        response_200 = WebhookDeliveryLog.from_dict(response.json())

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
) -> Response[Problem | WebhookDeliveryLog]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: UUID,
    event: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[Problem | WebhookDeliveryLog]:
    """What was sent, and what came of each attempt

    Args:
        id (UUID):
        event (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | WebhookDeliveryLog]
    """

    kwargs = _get_kwargs(
        id=id,
        event=event,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    event: UUID,
    *,
    client: AuthenticatedClient,
) -> Problem | WebhookDeliveryLog | None:
    """What was sent, and what came of each attempt

    Args:
        id (UUID):
        event (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | WebhookDeliveryLog
    """

    return sync_detailed(
        id=id,
        event=event,
        client=client,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    event: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[Problem | WebhookDeliveryLog]:
    """What was sent, and what came of each attempt

    Args:
        id (UUID):
        event (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | WebhookDeliveryLog]
    """

    kwargs = _get_kwargs(
        id=id,
        event=event,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    event: UUID,
    *,
    client: AuthenticatedClient,
) -> Problem | WebhookDeliveryLog | None:
    """What was sent, and what came of each attempt

    Args:
        id (UUID):
        event (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | WebhookDeliveryLog
    """

    return (
        await asyncio_detailed(
            id=id,
            event=event,
            client=client,
        )
    ).parsed

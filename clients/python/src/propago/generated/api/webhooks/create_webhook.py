from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.create_webhook_body import CreateWebhookBody
from ...models.new_webhook import NewWebhook
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    *,
    body: CreateWebhookBody,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/webhooks",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> NewWebhook | Problem | None:
    if response.status_code == 201:
        response_201 = NewWebhook.from_dict(response.json())

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
) -> Response[NewWebhook | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateWebhookBody,
) -> Response[NewWebhook | Problem]:
    """Have events sent to an address, signed as Standard Webhooks say; only this answer holds the secret

     docs/webhooks.md has the events, how to verify one, and when it is sent again.

    Args:
        body (CreateWebhookBody):  Example: {'url': 'https://example.org/hooks/propago', 'events':
            ['run.succeeded', 'run.failed'], 'description': 'labels for the lab'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NewWebhook | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: CreateWebhookBody,
) -> NewWebhook | Problem | None:
    """Have events sent to an address, signed as Standard Webhooks say; only this answer holds the secret

     docs/webhooks.md has the events, how to verify one, and when it is sent again.

    Args:
        body (CreateWebhookBody):  Example: {'url': 'https://example.org/hooks/propago', 'events':
            ['run.succeeded', 'run.failed'], 'description': 'labels for the lab'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NewWebhook | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateWebhookBody,
) -> Response[NewWebhook | Problem]:
    """Have events sent to an address, signed as Standard Webhooks say; only this answer holds the secret

     docs/webhooks.md has the events, how to verify one, and when it is sent again.

    Args:
        body (CreateWebhookBody):  Example: {'url': 'https://example.org/hooks/propago', 'events':
            ['run.succeeded', 'run.failed'], 'description': 'labels for the lab'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[NewWebhook | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: CreateWebhookBody,
) -> NewWebhook | Problem | None:
    """Have events sent to an address, signed as Standard Webhooks say; only this answer holds the secret

     docs/webhooks.md has the events, how to verify one, and when it is sent again.

    Args:
        body (CreateWebhookBody):  Example: {'url': 'https://example.org/hooks/propago', 'events':
            ['run.succeeded', 'run.failed'], 'description': 'labels for the lab'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        NewWebhook | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed

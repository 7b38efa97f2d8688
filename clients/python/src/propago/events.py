"""The event stream of a run."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from uuid import UUID

import httpx
from httpx_sse import EventSource

from .errors import accepted
from .generated import AuthenticatedClient
from .generated.models import RunEvent

ENDED = ("succeeded", "failed", "cancelled")
# Streams in a row on which nothing arrives before it is given up.
ATTEMPTS = 6


def run_events(api: AuthenticatedClient, run_id: UUID) -> Iterator[RunEvent]:
    """What happens to a run, until it has ended and its exports are made. A stream that breaks off is gone on with.

    Raises PropagoError where the run is not there, and the error of httpx where the server is not.
    """
    last_id: str | None = None
    fruitless = 0
    while True:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
        broken: httpx.TransportError | None = None
        try:
            with api.get_httpx_client().stream("GET", f"/v1/runs/{run_id}/events", headers=headers) as answer:
                # No content: there is nothing that this client has not been told.
                if accepted(answer).status_code == 204:
                    return
                for event in EventSource(answer).iter_sse():
                    # The comment that keeps a silent stream open ends in an empty line, which comes as an event.
                    if not event.data:
                        continue
                    last_id = event.id or last_id
                    fruitless = 0
                    yield RunEvent.from_dict(json.loads(event.data))
                    if event.event == "state":
                        return
        except httpx.TransportError as error:
            broken = error
        fruitless += 1
        if fruitless == ATTEMPTS:
            raise broken or httpx.RemoteProtocolError("the event stream ends before the run")
        time.sleep(min(5.0, 0.1 * 2**fruitless))

"""Requests that are repeated."""

from __future__ import annotations

import time

import httpx

LONGEST_WAIT_SECONDS = 60.0
ATTEMPTS = 8


class PatientTransport(httpx.BaseTransport):
    """Repeats what only reads while the server has no time (429, 503) or is not to be reached.

    Between the attempts it waits for as long as the server says, else longer each time.
    """

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(ATTEMPTS if request.method == "GET" else 1):
            is_last = request.method != "GET" or attempt == ATTEMPTS - 1
            wait = min(0.25 * 2**attempt, 10.0)
            try:
                answer = self._transport.handle_request(request)
            except httpx.ConnectError:
                if is_last:
                    raise
            else:
                if is_last or answer.status_code not in (429, 503):
                    return answer
                answer.close()
                wait = min(_seconds(answer.headers.get("retry-after")) or wait, LONGEST_WAIT_SECONDS)
            time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        self._transport.close()


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after is not None and retry_after.isdigit() else None

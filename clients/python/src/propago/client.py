"""Where everything begins."""

from __future__ import annotations

import os
from types import TracebackType

import httpx

from . import generated
from .runs import Runs
from .transport import PatientTransport
from .videos import Videos

# Smaller files are sent again sooner than pieces pay.
RESUMABLE_BYTES = 64 * 2**20


class Client:
    """A platform, as one API key sees it.

    Args:
        url: address of the gateway; by default PROPAGO_URL, else http://127.0.0.1:8080.
        key: API key; by default PROPAGO_API_KEY. None where the platform asks for none.
        timeout: seconds that the server may be silent.
        resumable_bytes: files above this are sent in pieces, and go on after an interruption.

    Attributes:
        runs, videos: what can be done with them.
        api: the generated client, for all that has no method here:
            `propago.generated.api.runs.list_runs.sync(client=client.api)`.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        timeout: float = 120.0,
        resumable_bytes: int = RESUMABLE_BYTES,
    ) -> None:
        url = url or os.environ.get("PROPAGO_URL") or "http://127.0.0.1:8080"
        key = key or os.environ.get("PROPAGO_API_KEY")
        self.api = generated.AuthenticatedClient(
            base_url=url.rstrip("/"),
            token=key or "",
            # Without a key the header is empty, which is none.
            prefix="Bearer" if key else "",
            timeout=httpx.Timeout(timeout),
            httpx_args={"transport": PatientTransport(httpx.HTTPTransport())},
        )
        self.videos = Videos(self.api, resumable_bytes)
        self.runs = Runs(self.api, self.videos)

    def close(self) -> None:
        self.api.get_httpx_client().close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

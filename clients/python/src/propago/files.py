"""Files of the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from .errors import accepted
from .generated import AuthenticatedClient


@contextmanager
def opened(api: AuthenticatedClient, address: str) -> Iterator[httpx.Response]:
    """Lends the answer to a GET, whose body has not been read yet."""
    with api.get_httpx_client().stream("GET", address) as answer:
        yield accepted(answer)


def read(api: AuthenticatedClient, address: str) -> bytes:
    return accepted(api.get_httpx_client().get(address)).content


def save(api: AuthenticatedClient, address: str, path: str | Path) -> Path:
    """Saves what lies at an address; it appears under its name when it is complete."""
    target = Path(path)
    part = target.with_name(f"{target.name}.part")
    try:
        with opened(api, address) as answer, part.open("wb") as file:
            for chunk in answer.iter_bytes():
                file.write(chunk)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target

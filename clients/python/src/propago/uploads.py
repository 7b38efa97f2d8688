"""Large files in pieces, by tus 1.0: what has arrived stays, and a later attempt goes on from there.

The protocol is four requests, so it is spoken with the client's own connection. The library for it, tuspy, brings two
more HTTP libraries and a database along, and gives up on a server that restarts.
"""

from __future__ import annotations

import base64
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from .errors import PropagoError, accepted
from .generated import AuthenticatedClient

# Of one request: proxies limit bodies. What has arrived of it stays when it breaks off.
PIECE_BYTES = 64 * 2**20
# Of the file in memory.
CHUNK_BYTES = 2**20
# What tells files apart that have the same name and size: their headers and indexes are at their ends.
SAMPLE_BYTES = 2**20
# Seconds, after each failure without progress; a server that restarts is back by then.
PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0)
VERSION = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class SentFile:
    """A file whose bytes have all arrived.

    Attributes:
        upload_id: what the API calls it.
        place: where it is kept on this machine.
    """

    upload_id: str
    place: Path

    def forget(self) -> None:
        """Something has been made of it: it is not looked for again."""
        self.place.unlink(missing_ok=True)


def size_of(file: BinaryIO) -> int | None:
    """Bytes of a file; None of one that can be read only once."""
    if not file.seekable():
        return None
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def send_resumably(api: AuthenticatedClient, file: BinaryIO, name: str, size: int) -> SentFile:
    """Sends a file. It goes on where an earlier attempt with the same file ended, also one of a killed program.

    Args:
        file: opened for reading bytes, and seekable.
        name: what it is called.
        size: bytes.

    Raises:
        PropagoError: what the server refuses.
        httpx.TransportError: the server stays away.
    """
    http = api.get_httpx_client()
    place = _place(str(http.base_url), file, name, size)
    upload_id = place.read_text() if place.exists() else None
    arrived, failures = 0, 0
    is_known = False
    while True:
        try:
            if upload_id and not is_known:
                found = _offset(http, upload_id)
                if found is None:
                    # It has expired, or a video was made of it.
                    upload_id = None
                else:
                    failures = 0 if found > arrived else failures
                    arrived, is_known = found, True
            if not upload_id:
                upload_id, arrived, is_known = _begin(http, name, size), 0, True
                _keep(place, upload_id)
            while arrived < size:
                arrived = _send(http, upload_id, file, arrived, min(size, arrived + PIECE_BYTES))
                failures = 0
            return SentFile(upload_id, place)
        except (httpx.TransportError, PropagoError) as error:
            if failures == len(PAUSES) or (isinstance(error, PropagoError) and not _may_pass(error.status)):
                raise
            time.sleep(PAUSES[failures])
            failures += 1
            is_known = False


def _begin(http: httpx.Client, name: str, size: int) -> str:
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    headers = VERSION | {"Upload-Length": str(size), "Upload-Metadata": metadata}
    answer = accepted(http.post("/v1/uploads", headers=headers))
    return str(answer.headers["Location"]).rsplit("/", 1)[-1]


def _offset(http: httpx.Client, upload_id: str) -> int | None:
    """Bytes that have arrived; None where there is no such upload any more."""
    answer = http.head(f"/v1/uploads/{upload_id}", headers=VERSION)
    if answer.status_code in (404, 410):
        return None
    return int(accepted(answer).headers["Upload-Offset"])


def _send(http: httpx.Client, upload_id: str, file: BinaryIO, start: int, end: int) -> int:
    headers = VERSION | {
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(end - start),
        "Upload-Offset": str(start),
    }
    answer = http.patch(f"/v1/uploads/{upload_id}", headers=headers, content=_bytes(file, start, end))
    return int(accepted(answer).headers["Upload-Offset"])


def _bytes(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    while start < end:
        chunk = file.read(min(CHUNK_BYTES, end - start))
        if not chunk:
            raise EOFError("the file became shorter while it was sent")
        start += len(chunk)
        yield chunk


def _may_pass(status: int | None) -> bool:
    """Too many requests, a server that is away, or another sender that has not let go yet."""
    return status in (409, 429) or (status is not None and status >= 500)


def _place(server: str, file: BinaryIO, name: str, size: int) -> Path:
    """Where the id of a file's upload is kept: by the server, its name, its size, and both of its ends."""
    digest = hashlib.sha256(f"{server}\n{name}\n{size}\n".encode())
    for start in (0, max(0, size - SAMPLE_BYTES)):
        file.seek(start)
        digest.update(file.read(SAMPLE_BYTES))
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "propago" / "uploads" / digest.hexdigest()


def _keep(place: Path, upload_id: str) -> None:
    """Under its name when it is complete, so that no killed program leaves half of it."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place.with_name(f"{place.name}.{os.getpid()}")
    part.write_text(upload_id)
    part.replace(place)

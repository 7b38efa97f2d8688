"""propago-label-studio: serves until it is stopped."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys

from propago import Client

from .backend import Backend
from .label_studio import LabelStudio
from .server import Server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9090, help="0: any free one")
    parser.add_argument("--preset", help="of the runs; by default the platform's")
    parser.add_argument("--answer-within", type=float, default=80.0, help="seconds; Label Studio waits for 100")
    parser.add_argument("--video-host", action="append", default=[], help="a host besides Label Studio's with videos")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    url, token = os.environ.get("LABEL_STUDIO_URL"), os.environ.get("LABEL_STUDIO_API_KEY")
    if not url or not token:
        print(
            "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY say where Label Studio is, and its access token", file=sys.stderr
        )
        return 2
    options = {"preset": arguments.preset} if arguments.preset else {}
    label_studio = LabelStudio(url, token, frozenset(arguments.video_host))
    backend = Backend(Client(), label_studio, arguments.answer_within, **options)
    address = (arguments.host, arguments.port)
    with Server(address, backend, os.environ.get("LABEL_STUDIO_BACKEND_PASSWORD")) as server:
        print(f"listening on http://{arguments.host}:{server.server_address[1]}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())

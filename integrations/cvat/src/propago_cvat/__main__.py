"""propago-cvat: tasks of CVAT to runs of Propago and back."""

from __future__ import annotations

import argparse
import os
import sys

from cvat_sdk import make_client
from propago import Client, PropagoError

from .shapes import SHAPE_TYPES
from .tasks import pull, push


def main() -> int:
    parser = argparse.ArgumentParser(prog="propago-cvat", description=__doc__)
    parser.add_argument("--cvat", default=os.environ.get("CVAT_URL", "https://app.cvat.ai"), help="or CVAT_URL")
    parser.add_argument("--org", help="slug of the organisation")
    commands = parser.add_subparsers(dest="command", required=True)
    pulled = commands.add_parser("pull", help="start a run with what is drawn in a task")
    pulled.add_argument("task", type=int)
    pulled.add_argument("--preset", help="of the run; by default the platform's")
    pushed = commands.add_parser("push", help="add the masks of a run to a task")
    pushed.add_argument("task", type=int)
    pushed.add_argument("--run", required=True, help="id of the run")
    pushed.add_argument("--shape", choices=sorted(SHAPE_TYPES), default="mask")
    arguments = parser.parse_args()
    token = os.environ.get("CVAT_ACCESS_TOKEN")
    if not token:
        print("CVAT_ACCESS_TOKEN is the personal access token of CVAT", file=sys.stderr)
        return 2
    try:
        with make_client(arguments.cvat, access_token=token) as cvat, Client() as client:
            if arguments.org:
                cvat.organization_slug = arguments.org
            task = cvat.tasks.retrieve(arguments.task)
            if arguments.command == "pull":
                options = {"preset": arguments.preset} if arguments.preset else {}
                print(pull(client, task, **options).id)
            else:
                count = push(client.runs.get(arguments.run), task, arguments.shape)
                print(f"{count} shapes")
    except (PropagoError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

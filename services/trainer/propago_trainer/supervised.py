"""Entry for a supervisor: `python -m propago_trainer.supervised [--memory-bytes N] COMMAND ...`.

The supervisor holds the other end of stdin and writes nothing. When it is gone, however it ended, stdin ends, and so
does this process with all that it started. It should be the leader of a process group of its own.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading


def end_with_stdin() -> None:
    """Kills this process, and its group where it leads one, as soon as stdin ends."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="end-with-stdin", daemon=True).start()


def limit_memory(limit: int) -> None:
    """The kernel refuses more private memory than this, bytes; 0 is without limit."""
    if limit > 0:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def main(arguments: list[str]) -> int:
    """Runs a command of the package. Returns its exit code."""
    end_with_stdin()
    if arguments[:1] == ["--memory-bytes"]:
        limit_memory(int(arguments[1]))
        arguments = arguments[2:]
    # Only now: importing PyTorch takes seconds, in which the supervisor may end.
    from propago_trainer import cli

    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

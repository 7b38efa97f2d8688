import os
import subprocess
import sys
import time
from pathlib import Path

from propago_trainer.settings_check import main as check

TRAINER = Path(__file__).parents[1]


def test_the_process_and_what_it_started_end_when_stdin_ends() -> None:
    program = (
        "import subprocess, sys, time; from propago_trainer.supervised import end_with_stdin; end_with_stdin(); "
        "child = subprocess.Popen(['/bin/sleep', '600'], stdin=subprocess.DEVNULL); "
        "print(child.pid, flush=True); time.sleep(600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=TRAINER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.stdin.close()
    assert process.wait() == -9
    process.stdout.close()
    while running(child):
        time.sleep(0.02)


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_settings_are_checked_without_pytorch() -> None:
    program = (
        "import sys; from propago_trainer.settings_check import main; main(['steps=99']); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=TRAINER, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_every_problem_of_the_settings_is_named(capsys) -> None:  # type: ignore[no-untyped-def]
    assert check(["size=huge", "mask_ratio=2"]) == 2
    assert "size" in (said := capsys.readouterr().err)
    assert "mask_ratio" in said
    assert check(["wings=2", "steps=many"]) == 2
    assert "wings" in (said := capsys.readouterr().err)
    assert "steps" in said
    assert check(["size=small"]) == 0
    assert check(["data=generated", "flip=false"]) == 2
    assert "flip: has no effect with data=generated" in capsys.readouterr().err
    assert check(["data=videos", "videos=.", "flip=false"]) == 0
    assert capsys.readouterr().out == ""
    assert check(["batch=32"]) == 0
    assert capsys.readouterr().out.startswith("The learning rate is at most 1.9e-05")

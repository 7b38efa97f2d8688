"""Starts and corrects a run in each way that labels can be given, and prints its id."""

import json
import sys
from pathlib import Path

import numpy as np

from propago import Client, ErrorCode, PropagoError


def refused(code: ErrorCode, call) -> None:
    try:
        call()
    except PropagoError as error:
        assert error.code == code and error.status, error
    else:
        sys.exit(f"{code} was expected")


square = np.zeros((128, 192), bool)
square[40:60, 50:80] = True
with Client() as client:
    video = client.videos.create(Path("clip.mp4").read_bytes(), name="sent as bytes")
    prompts = {0: "first-frame.png", 3: square, 6: [{"id": 1, "absent": True}]}
    run = client.runs.create(
        video, prompts, objects=[{"id": 1, "name": "square"}], tags=["labels"]
    ).wait()
    assert [frame.index for frame in video.frames()] == list(range(8))
    assert video.image(3, width=96).shape == (64, 96, 3)
    assert [
        found.id
        for found in client.runs.list(tag=["labels"], state=["succeeded", "failed"])
    ] == [run.id]
    assert {each.id: each.name for each in run.objects()}[1] == "square"
    masks = dict(run.masks())
    assert sorted(masks) == list(range(8)) and ((masks[3] == 1) == square).all()
    assert not (masks[6] == 1).any()

    refused(ErrorCode.MASK_SIZE_MISMATCH, lambda: run.correct(2, "small.png"))
    refused(ErrorCode.REVISION_CONFLICT, lambda: run.correct(2, square, revision=7))
    refused(ErrorCode.OPTION_OUT_OF_RANGE, lambda: run.export("cocoo"))
    refused(ErrorCode.VIDEO_IN_USE, video.delete)
    refused(
        ErrorCode.VIDEO_FORBIDDEN_FORMAT,
        lambda: client.videos.create(b"no video at all"),
    )
    for wrong in (square.astype(float), np.full((128, 192), 256), square[0]):
        try:
            run.correct(2, wrong)
        except ValueError:
            continue
        sys.exit("a ValueError was expected")
    run.correct(2, square).retract(2).wait()
    assert run.info.revision == 3
    print(json.dumps({"id": str(run.id)}))

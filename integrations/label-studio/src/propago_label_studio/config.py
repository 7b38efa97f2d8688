"""What a label config says about videos."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

# What Label Studio assumes where the tag names none.
DEFAULT_RATE = 24.0


@dataclass(frozen=True)
class VideoTags:
    """Names of the tags VideoRectangle and Video, the field of the task with the video, and the frame rate."""

    rectangle: str
    video: str
    field: str
    rate: str

    def rate_of(self, data: dict[str, object]) -> float:
        """Frames per second: a number, or the field of the task that has it."""
        value = data.get(self.rate[1:]) if self.rate.startswith("$") else self.rate
        try:
            return float(str(value))
        except ValueError:
            return DEFAULT_RATE


def video_tags(label_config: str) -> VideoTags:
    """Raises ValueError where boxes are not drawn on a video."""
    try:
        # Label Studio has parsed it before; expat expands no external entities.
        root = ElementTree.fromstring(label_config)
    except ElementTree.ParseError as error:
        raise ValueError(f"the label config is no XML: {error}") from error
    rectangle = root.find(".//VideoRectangle")
    videos = {video.get("name"): video for video in root.iter("Video")}
    video = videos.get(rectangle.get("toName")) if rectangle is not None else None
    if rectangle is None or video is None:
        raise ValueError("the label config has no VideoRectangle to a Video")
    return VideoTags(
        rectangle=rectangle.get("name", ""),
        video=video.get("name", ""),
        field=video.get("value", "").removeprefix("$"),
        rate=video.get("framerate") or video.get("frameRate") or str(DEFAULT_RATE),
    )

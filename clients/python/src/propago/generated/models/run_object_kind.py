from enum import StrEnum


class RunObjectKind(StrEnum):
    KEYPOINTS = "keypoints"
    MASK = "mask"

    def __str__(self) -> str:
        return str(self.value)

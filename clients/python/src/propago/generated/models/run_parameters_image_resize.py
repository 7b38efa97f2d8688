from enum import StrEnum


class RunParametersImageResize(StrEnum):
    ANTIALIAS = "antialias"
    BILINEAR = "bilinear"

    def __str__(self) -> str:
        return str(self.value)

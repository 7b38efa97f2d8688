from enum import StrEnum


class RunParametersLabelResize(StrEnum):
    AREA = "area"
    BILINEAR = "bilinear"
    NEAREST = "nearest"

    def __str__(self) -> str:
        return str(self.value)

from enum import StrEnum


class RunOptionsParametersInputSizeType2Rounding(StrEnum):
    CEIL = "ceil"
    FLOOR = "floor"
    NEAREST = "nearest"

    def __str__(self) -> str:
        return str(self.value)

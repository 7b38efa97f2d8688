from enum import StrEnum


class RunParametersInputSizeType0Rounding(StrEnum):
    CEIL = "ceil"
    FLOOR = "floor"
    NEAREST = "nearest"

    def __str__(self) -> str:
        return str(self.value)

from enum import StrEnum


class RunParametersUpsampling(StrEnum):
    INPUT_SIZE = "input-size"
    NEAREST = "nearest"
    OUTPUT_SIZE = "output-size"

    def __str__(self) -> str:
        return str(self.value)

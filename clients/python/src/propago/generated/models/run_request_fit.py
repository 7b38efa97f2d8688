from enum import StrEnum


class RunRequestFit(StrEnum):
    EXACT = "exact"
    NEAREST = "nearest"

    def __str__(self) -> str:
        return str(self.value)

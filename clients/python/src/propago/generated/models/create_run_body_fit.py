from enum import StrEnum


class CreateRunBodyFit(StrEnum):
    EXACT = "exact"
    NEAREST = "nearest"

    def __str__(self) -> str:
        return str(self.value)

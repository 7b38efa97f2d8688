from enum import StrEnum


class PutPromptFit(StrEnum):
    EXACT = "exact"
    NEAREST = "nearest"

    def __str__(self) -> str:
        return str(self.value)

from enum import StrEnum


class RegisterModelVersionBodyFactsLayout(StrEnum):
    MAP = "map"
    TOKENS = "tokens"

    def __str__(self) -> str:
        return str(self.value)

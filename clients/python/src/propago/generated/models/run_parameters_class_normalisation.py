from enum import StrEnum


class RunParametersClassNormalisation(StrEnum):
    MIN_MAX = "min-max"
    NONE = "none"

    def __str__(self) -> str:
        return str(self.value)

from enum import StrEnum


class RunOptionsParametersClassNormalisation(StrEnum):
    MIN_MAX = "min-max"
    NONE = "none"

    def __str__(self) -> str:
        return str(self.value)

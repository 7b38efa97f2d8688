from enum import StrEnum


class CreateExportBodyOptionsFrames(StrEnum):
    ALL = "all"
    AVAILABLE = "available"

    def __str__(self) -> str:
        return str(self.value)

from enum import StrEnum


class CreateExportBodyOptionsContent(StrEnum):
    ANNOTATIONS = "annotations"
    RESULTS = "results"

    def __str__(self) -> str:
        return str(self.value)

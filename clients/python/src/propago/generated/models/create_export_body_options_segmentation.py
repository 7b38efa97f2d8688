from enum import StrEnum


class CreateExportBodyOptionsSegmentation(StrEnum):
    POLYGON = "polygon"
    RLE = "rle"

    def __str__(self) -> str:
        return str(self.value)

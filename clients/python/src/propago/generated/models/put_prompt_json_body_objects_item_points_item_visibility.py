from enum import StrEnum


class PutPromptJsonBodyObjectsItemPointsItemVisibility(StrEnum):
    ABSENT = "absent"
    HIDDEN = "hidden"
    VISIBLE = "visible"

    def __str__(self) -> str:
        return str(self.value)

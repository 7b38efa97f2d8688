from enum import StrEnum


class CreateRunBodyPromptsItemObjectsItemPointsItemVisibility(StrEnum):
    ABSENT = "absent"
    HIDDEN = "hidden"
    VISIBLE = "visible"

    def __str__(self) -> str:
        return str(self.value)

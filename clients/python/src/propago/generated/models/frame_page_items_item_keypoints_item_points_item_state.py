from enum import StrEnum


class FramePageItemsItemKeypointsItemPointsItemState(StrEnum):
    ABSENT = "absent"
    HIDDEN = "hidden"
    LOST = "lost"
    VISIBLE = "visible"

    def __str__(self) -> str:
        return str(self.value)

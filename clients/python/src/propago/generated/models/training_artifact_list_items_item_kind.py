from enum import StrEnum


class TrainingArtifactListItemsItemKind(StrEnum):
    CHECKPOINT = "checkpoint"
    ENCODER = "encoder"
    PICTURE = "picture"
    TABLE = "table"

    def __str__(self) -> str:
        return str(self.value)

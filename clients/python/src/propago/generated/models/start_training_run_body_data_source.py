from enum import StrEnum


class StartTrainingRunBodyDataSource(StrEnum):
    GENERATED = "generated"
    VIDEOS = "videos"

    def __str__(self) -> str:
        return str(self.value)

from enum import StrEnum


class WorkerListItemsItemEncodersItemState(StrEnum):
    DRAINING = "DRAINING"
    FAILED = "FAILED"
    LOADED = "LOADED"
    LOADING = "LOADING"
    WARMING = "WARMING"

    def __str__(self) -> str:
        return str(self.value)

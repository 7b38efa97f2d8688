from enum import StrEnum


class WorkerListItemsItemService(StrEnum):
    FEATURES = "features"
    GATEWAY = "gateway"
    INGEST = "ingest"
    MODELS = "models"
    PROPAGATION = "propagation"
    RESULTS = "results"
    TRAINER = "trainer"

    def __str__(self) -> str:
        return str(self.value)

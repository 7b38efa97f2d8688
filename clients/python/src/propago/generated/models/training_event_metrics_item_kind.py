from enum import StrEnum


class TrainingEventMetricsItemKind(StrEnum):
    EVALUATION = "evaluation"
    SKIPPED = "skipped"
    TRAIN = "train"

    def __str__(self) -> str:
        return str(self.value)

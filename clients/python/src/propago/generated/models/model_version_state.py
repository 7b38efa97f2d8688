from enum import StrEnum


class ModelVersionState(StrEnum):
    READY = "READY"
    REGISTERED = "REGISTERED"
    REJECTED = "REJECTED"
    VALIDATING = "VALIDATING"

    def __str__(self) -> str:
        return str(self.value)

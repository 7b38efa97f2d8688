from enum import StrEnum


class NewWebhookDisabledReasonType0(StrEnum):
    FAILING = "failing"
    GONE = "gone"
    USER = "user"

    def __str__(self) -> str:
        return str(self.value)

from enum import StrEnum


class WebhookDeliveryLogType(StrEnum):
    EXPORT_FAILED = "export.failed"
    EXPORT_READY = "export.ready"
    RUN_CANCELLED = "run.cancelled"
    RUN_CORRECTED = "run.corrected"
    RUN_CREATED = "run.created"
    RUN_FAILED = "run.failed"
    RUN_SUCCEEDED = "run.succeeded"
    VIDEO_FAILED = "video.failed"
    VIDEO_READY = "video.ready"
    WEBHOOK_TEST = "webhook.test"

    def __str__(self) -> str:
        return str(self.value)

from enum import StrEnum


class VideoDecodingState(StrEnum):
    DECODED = "decoded"
    DECODING = "decoding"
    FAILED = "failed"
    PENDING = "pending"

    def __str__(self) -> str:
        return str(self.value)

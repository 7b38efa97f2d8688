from enum import StrEnum


class SessionAccess(StrEnum):
    KEYS = "keys"
    OFF = "off"

    def __str__(self) -> str:
        return str(self.value)

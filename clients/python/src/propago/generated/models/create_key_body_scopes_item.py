from enum import StrEnum


class CreateKeyBodyScopesItem(StrEnum):
    ADMIN = "admin"
    RUNSREAD = "runs:read"
    RUNSWRITE = "runs:write"

    def __str__(self) -> str:
        return str(self.value)

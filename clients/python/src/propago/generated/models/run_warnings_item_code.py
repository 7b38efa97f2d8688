from enum import StrEnum


class RunWarningsItemCode(StrEnum):
    MASK_PERHAPS_INVERTED = "MASK_PERHAPS_INVERTED"
    OBJECT_STRAY_REGIONS = "OBJECT_STRAY_REGIONS"
    OBJECT_THIN = "OBJECT_THIN"
    OBJECT_TINY = "OBJECT_TINY"

    def __str__(self) -> str:
        return str(self.value)

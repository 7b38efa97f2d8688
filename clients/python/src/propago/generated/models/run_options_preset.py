from enum import StrEnum


class RunOptionsPreset(StrEnum):
    CROPMAE = "cropmae"
    CRW = "crw"
    DINO = "dino"
    JHMDB = "jhmdb"
    SIAMMAE = "siammae"
    VFS = "vfs"
    VIP = "vip"

    def __str__(self) -> str:
        return str(self.value)

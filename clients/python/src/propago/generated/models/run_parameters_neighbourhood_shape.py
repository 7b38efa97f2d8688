from enum import StrEnum


class RunParametersNeighbourhoodShape(StrEnum):
    DISC = "disc"
    SQUARE = "square"

    def __str__(self) -> str:
        return str(self.value)

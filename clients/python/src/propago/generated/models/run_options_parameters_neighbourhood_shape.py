from enum import StrEnum


class RunOptionsParametersNeighbourhoodShape(StrEnum):
    DISC = "disc"
    SQUARE = "square"

    def __str__(self) -> str:
        return str(self.value)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="RunTimingsStages")


@_attrs_define
class RunTimingsStages:
    """Seconds of work

    Attributes:
        ingest (float):
        features (float):
        propagation (float):
        results (float):
    """

    ingest: float
    features: float
    propagation: float
    results: float

    def to_dict(self) -> dict[str, Any]:
        ingest = self.ingest

        features = self.features

        propagation = self.propagation

        results = self.results

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "ingest": ingest,
                "features": features,
                "propagation": propagation,
                "results": results,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        ingest = d.pop("ingest")

        features = d.pop("features")

        propagation = d.pop("propagation")

        results = d.pop("results")

        run_timings_stages = cls(
            ingest=ingest,
            features=features,
            propagation=propagation,
            results=results,
        )

        return run_timings_stages

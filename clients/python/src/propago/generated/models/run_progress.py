from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.run_progress_features import RunProgressFeatures
    from ..models.run_progress_ingest import RunProgressIngest
    from ..models.run_progress_propagation import RunProgressPropagation
    from ..models.run_progress_results import RunProgressResults


T = TypeVar("T", bound="RunProgress")


@_attrs_define
class RunProgress:
    """Frames that each stage has done; totals are null until the video has been decoded to its end

    Attributes:
        frames (int | None):
        ingest (RunProgressIngest):
        features (RunProgressFeatures):
        propagation (RunProgressPropagation):
        results (RunProgressResults):
    """

    frames: int | None
    ingest: RunProgressIngest
    features: RunProgressFeatures
    propagation: RunProgressPropagation
    results: RunProgressResults

    def to_dict(self) -> dict[str, Any]:
        frames: int | None
        frames = self.frames

        ingest = self.ingest.to_dict()

        features = self.features.to_dict()

        propagation = self.propagation.to_dict()

        results = self.results.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "frames": frames,
                "ingest": ingest,
                "features": features,
                "propagation": propagation,
                "results": results,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_progress_features import RunProgressFeatures
        from ..models.run_progress_ingest import RunProgressIngest
        from ..models.run_progress_propagation import RunProgressPropagation
        from ..models.run_progress_results import RunProgressResults

        d = dict(src_dict)

        def _parse_frames(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        frames = _parse_frames(d.pop("frames"))

        ingest = RunProgressIngest.from_dict(d.pop("ingest"))

        features = RunProgressFeatures.from_dict(d.pop("features"))

        propagation = RunProgressPropagation.from_dict(d.pop("propagation"))

        results = RunProgressResults.from_dict(d.pop("results"))

        run_progress = cls(
            frames=frames,
            ingest=ingest,
            features=features,
            propagation=propagation,
            results=results,
        )

        return run_progress

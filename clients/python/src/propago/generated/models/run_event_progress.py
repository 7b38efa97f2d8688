from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.run_event_progress_features import RunEventProgressFeatures
    from ..models.run_event_progress_ingest import RunEventProgressIngest
    from ..models.run_event_progress_propagation import RunEventProgressPropagation
    from ..models.run_event_progress_results import RunEventProgressResults


T = TypeVar("T", bound="RunEventProgress")


@_attrs_define
class RunEventProgress:
    """Frames that each stage has done; totals are null until the video has been decoded to its end

    Attributes:
        frames (int | None):
        ingest (RunEventProgressIngest):
        features (RunEventProgressFeatures):
        propagation (RunEventProgressPropagation):
        results (RunEventProgressResults):
    """

    frames: int | None
    ingest: RunEventProgressIngest
    features: RunEventProgressFeatures
    propagation: RunEventProgressPropagation
    results: RunEventProgressResults

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
        from ..models.run_event_progress_features import RunEventProgressFeatures
        from ..models.run_event_progress_ingest import RunEventProgressIngest
        from ..models.run_event_progress_propagation import RunEventProgressPropagation
        from ..models.run_event_progress_results import RunEventProgressResults

        d = dict(src_dict)

        def _parse_frames(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        frames = _parse_frames(d.pop("frames"))

        ingest = RunEventProgressIngest.from_dict(d.pop("ingest"))

        features = RunEventProgressFeatures.from_dict(d.pop("features"))

        propagation = RunEventProgressPropagation.from_dict(d.pop("propagation"))

        results = RunEventProgressResults.from_dict(d.pop("results"))

        run_event_progress = cls(
            frames=frames,
            ingest=ingest,
            features=features,
            propagation=propagation,
            results=results,
        )

        return run_event_progress

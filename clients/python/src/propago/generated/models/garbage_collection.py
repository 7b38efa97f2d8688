from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.garbage_collection_exports import GarbageCollectionExports
    from ..models.garbage_collection_features import GarbageCollectionFeatures
    from ..models.garbage_collection_frames import GarbageCollectionFrames
    from ..models.garbage_collection_kept_item import GarbageCollectionKeptItem
    from ..models.garbage_collection_orphans import GarbageCollectionOrphans
    from ..models.garbage_collection_pictures import GarbageCollectionPictures


T = TypeVar("T", bound="GarbageCollection")


@_attrs_define
class GarbageCollection:
    """
    Attributes:
        dry_run (bool): Whether everything was only counted
        expired_runs (list[UUID]):
        expired_videos (list[UUID]): Without runs
        features (GarbageCollectionFeatures): Features of runs that have ended
        frames (GarbageCollectionFrames): Decoded frames that no unfinished run has yet to encode
        exports (GarbageCollectionExports):
        pictures (GarbageCollectionPictures): Of frames of videos
        orphans (GarbageCollectionOrphans): By the first part of their keys
        kept (list[GarbageCollectionKeptItem]): What stays, by kind and reason
    """

    dry_run: bool
    expired_runs: list[UUID]
    expired_videos: list[UUID]
    features: GarbageCollectionFeatures
    frames: GarbageCollectionFrames
    exports: GarbageCollectionExports
    pictures: GarbageCollectionPictures
    orphans: GarbageCollectionOrphans
    kept: list[GarbageCollectionKeptItem]

    def to_dict(self) -> dict[str, Any]:
        dry_run = self.dry_run

        expired_runs = []
        for expired_runs_item_data in self.expired_runs:
            expired_runs_item = str(expired_runs_item_data)
            expired_runs.append(expired_runs_item)

        expired_videos = []
        for expired_videos_item_data in self.expired_videos:
            expired_videos_item = str(expired_videos_item_data)
            expired_videos.append(expired_videos_item)

        features = self.features.to_dict()

        frames = self.frames.to_dict()

        exports = self.exports.to_dict()

        pictures = self.pictures.to_dict()

        orphans = self.orphans.to_dict()

        kept = []
        for kept_item_data in self.kept:
            kept_item = kept_item_data.to_dict()
            kept.append(kept_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "dryRun": dry_run,
                "expiredRuns": expired_runs,
                "expiredVideos": expired_videos,
                "features": features,
                "frames": frames,
                "exports": exports,
                "pictures": pictures,
                "orphans": orphans,
                "kept": kept,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.garbage_collection_exports import GarbageCollectionExports
        from ..models.garbage_collection_features import GarbageCollectionFeatures
        from ..models.garbage_collection_frames import GarbageCollectionFrames
        from ..models.garbage_collection_kept_item import GarbageCollectionKeptItem
        from ..models.garbage_collection_orphans import GarbageCollectionOrphans
        from ..models.garbage_collection_pictures import GarbageCollectionPictures

        d = dict(src_dict)
        dry_run = d.pop("dryRun")

        expired_runs = []
        _expired_runs = d.pop("expiredRuns")
        for expired_runs_item_data in _expired_runs:
            expired_runs_item = UUID(expired_runs_item_data)

            expired_runs.append(expired_runs_item)

        expired_videos = []
        _expired_videos = d.pop("expiredVideos")
        for expired_videos_item_data in _expired_videos:
            expired_videos_item = UUID(expired_videos_item_data)

            expired_videos.append(expired_videos_item)

        features = GarbageCollectionFeatures.from_dict(d.pop("features"))

        frames = GarbageCollectionFrames.from_dict(d.pop("frames"))

        exports = GarbageCollectionExports.from_dict(d.pop("exports"))

        pictures = GarbageCollectionPictures.from_dict(d.pop("pictures"))

        orphans = GarbageCollectionOrphans.from_dict(d.pop("orphans"))

        kept = []
        _kept = d.pop("kept")
        for kept_item_data in _kept:
            kept_item = GarbageCollectionKeptItem.from_dict(kept_item_data)

            kept.append(kept_item)

        garbage_collection = cls(
            dry_run=dry_run,
            expired_runs=expired_runs,
            expired_videos=expired_videos,
            features=features,
            frames=frames,
            exports=exports,
            pictures=pictures,
            orphans=orphans,
            kept=kept,
        )

        return garbage_collection

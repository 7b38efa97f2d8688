from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.ready_dependencies import ReadyDependencies


T = TypeVar("T", bound="Ready")


@_attrs_define
class Ready:
    """
    Attributes:
        ready (bool):
        dependencies (ReadyDependencies):
        version (str): Of the platform
        revision (str): Git revision that this service was built from, or unknown
    """

    ready: bool
    dependencies: ReadyDependencies
    version: str
    revision: str

    def to_dict(self) -> dict[str, Any]:
        ready = self.ready

        dependencies = self.dependencies.to_dict()

        version = self.version

        revision = self.revision

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "ready": ready,
                "dependencies": dependencies,
                "version": version,
                "revision": revision,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.ready_dependencies import ReadyDependencies

        d = dict(src_dict)
        ready = d.pop("ready")

        dependencies = ReadyDependencies.from_dict(d.pop("dependencies"))

        version = d.pop("version")

        revision = d.pop("revision")

        ready = cls(
            ready=ready,
            dependencies=dependencies,
            version=version,
            revision=revision,
        )

        return ready

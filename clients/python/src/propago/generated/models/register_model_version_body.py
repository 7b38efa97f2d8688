from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from .. import types
from ..types import UNSET, File, FileTypes, Unset

if TYPE_CHECKING:
    from ..models.register_model_version_body_facts import RegisterModelVersionBodyFacts
    from ..models.register_model_version_body_provenance import (
        RegisterModelVersionBodyProvenance,
    )


T = TypeVar("T", bound="RegisterModelVersionBody")


@_attrs_define
class RegisterModelVersionBody:
    """
    Attributes:
        model (File | Unset): An ONNX file
        source (str | Unset): Storage key of a file that is there already, instead of model
        sha256 (str | Unset): What the file must have
        facts (RegisterModelVersionBodyFacts | Unset):  Example: {'patchSize': 16}.
        provenance (RegisterModelVersionBodyProvenance | Unset):
    """

    model: File | Unset = UNSET
    source: str | Unset = UNSET
    sha256: str | Unset = UNSET
    facts: RegisterModelVersionBodyFacts | Unset = UNSET
    provenance: RegisterModelVersionBodyProvenance | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        model: FileTypes | Unset = UNSET
        if not isinstance(self.model, Unset):
            model = self.model.to_tuple()

        source = self.source

        sha256 = self.sha256

        facts: dict[str, Any] | Unset = UNSET
        if not isinstance(self.facts, Unset):
            facts = self.facts.to_dict()

        provenance: dict[str, Any] | Unset = UNSET
        if not isinstance(self.provenance, Unset):
            provenance = self.provenance.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if model is not UNSET:
            field_dict["model"] = model
        if source is not UNSET:
            field_dict["source"] = source
        if sha256 is not UNSET:
            field_dict["sha256"] = sha256
        if facts is not UNSET:
            field_dict["facts"] = facts
        if provenance is not UNSET:
            field_dict["provenance"] = provenance

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        if not isinstance(self.model, Unset):
            files.append(("model", self.model.to_tuple()))

        if not isinstance(self.source, Unset):
            files.append(("source", (None, str(self.source).encode(), "text/plain")))

        if not isinstance(self.sha256, Unset):
            files.append(("sha256", (None, str(self.sha256).encode(), "text/plain")))

        if not isinstance(self.facts, Unset):
            files.append(
                (
                    "facts",
                    (
                        None,
                        json.dumps(self.facts.to_dict()).encode(),
                        "application/json",
                    ),
                )
            )

        if not isinstance(self.provenance, Unset):
            files.append(
                (
                    "provenance",
                    (
                        None,
                        json.dumps(self.provenance.to_dict()).encode(),
                        "application/json",
                    ),
                )
            )

        return files

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.register_model_version_body_facts import (
            RegisterModelVersionBodyFacts,
        )
        from ..models.register_model_version_body_provenance import (
            RegisterModelVersionBodyProvenance,
        )

        d = dict(src_dict)
        _model = d.pop("model", UNSET)
        model: File | Unset
        if isinstance(_model, Unset):
            model = UNSET
        else:
            model = File(payload=BytesIO(_model))

        source = d.pop("source", UNSET)

        sha256 = d.pop("sha256", UNSET)

        _facts = d.pop("facts", UNSET)
        facts: RegisterModelVersionBodyFacts | Unset
        if isinstance(_facts, Unset):
            facts = UNSET
        else:
            facts = RegisterModelVersionBodyFacts.from_dict(_facts)

        _provenance = d.pop("provenance", UNSET)
        provenance: RegisterModelVersionBodyProvenance | Unset
        if isinstance(_provenance, Unset):
            provenance = UNSET
        else:
            provenance = RegisterModelVersionBodyProvenance.from_dict(_provenance)

        register_model_version_body = cls(
            model=model,
            source=source,
            sha256=sha256,
            facts=facts,
            provenance=provenance,
        )

        return register_model_version_body

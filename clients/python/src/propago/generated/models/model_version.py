from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.model_version_state import ModelVersionState

if TYPE_CHECKING:
    from ..models.model_version_card_type_0 import ModelVersionCardType0
    from ..models.model_version_facts import ModelVersionFacts
    from ..models.model_version_provenance import ModelVersionProvenance
    from ..models.model_version_reasons_item import ModelVersionReasonsItem
    from ..models.model_version_report_type_0 import ModelVersionReportType0


T = TypeVar("T", bound="ModelVersion")


@_attrs_define
class ModelVersion:
    """
    Attributes:
        name (str):
        version (int):
        state (ModelVersionState):
        phase (None | str): What validation is doing, in words; null before and after it
        reasons (list[ModelVersionReasonsItem]): Of a refusal
        sha256 (str):
        bytes_ (int):
        aliases (list[str]):
        card (ModelVersionCardType0 | None): Null until the file has been loaded once
        facts (ModelVersionFacts): What was stated before validation
        report (ModelVersionReportType0 | None): What validation measured
        provenance (ModelVersionProvenance):
        created_by (str):
        created_at (datetime.datetime):
        validated_at (datetime.datetime | None):
    """

    name: str
    version: int
    state: ModelVersionState
    phase: None | str
    reasons: list[ModelVersionReasonsItem]
    sha256: str
    bytes_: int
    aliases: list[str]
    card: ModelVersionCardType0 | None
    facts: ModelVersionFacts
    report: ModelVersionReportType0 | None
    provenance: ModelVersionProvenance
    created_by: str
    created_at: datetime.datetime
    validated_at: datetime.datetime | None

    def to_dict(self) -> dict[str, Any]:
        from ..models.model_version_card_type_0 import ModelVersionCardType0
        from ..models.model_version_report_type_0 import ModelVersionReportType0

        name = self.name

        version = self.version

        state = self.state.value

        phase: None | str
        phase = self.phase

        reasons = []
        for reasons_item_data in self.reasons:
            reasons_item = reasons_item_data.to_dict()
            reasons.append(reasons_item)

        sha256 = self.sha256

        bytes_ = self.bytes_

        aliases = self.aliases

        card: dict[str, Any] | None
        if isinstance(self.card, ModelVersionCardType0):
            card = self.card.to_dict()
        else:
            card = self.card

        facts = self.facts.to_dict()

        report: dict[str, Any] | None
        if isinstance(self.report, ModelVersionReportType0):
            report = self.report.to_dict()
        else:
            report = self.report

        provenance = self.provenance.to_dict()

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        validated_at: None | str
        if isinstance(self.validated_at, datetime.datetime):
            validated_at = self.validated_at.isoformat()
        else:
            validated_at = self.validated_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "version": version,
                "state": state,
                "phase": phase,
                "reasons": reasons,
                "sha256": sha256,
                "bytes": bytes_,
                "aliases": aliases,
                "card": card,
                "facts": facts,
                "report": report,
                "provenance": provenance,
                "createdBy": created_by,
                "createdAt": created_at,
                "validatedAt": validated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.model_version_card_type_0 import ModelVersionCardType0
        from ..models.model_version_facts import ModelVersionFacts
        from ..models.model_version_provenance import ModelVersionProvenance
        from ..models.model_version_reasons_item import ModelVersionReasonsItem
        from ..models.model_version_report_type_0 import ModelVersionReportType0

        d = dict(src_dict)
        name = d.pop("name")

        version = d.pop("version")

        state = ModelVersionState(d.pop("state"))

        def _parse_phase(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        phase = _parse_phase(d.pop("phase"))

        reasons = []
        _reasons = d.pop("reasons")
        for reasons_item_data in _reasons:
            reasons_item = ModelVersionReasonsItem.from_dict(reasons_item_data)

            reasons.append(reasons_item)

        sha256 = d.pop("sha256")

        bytes_ = d.pop("bytes")

        aliases = cast(list[str], d.pop("aliases"))

        def _parse_card(data: object) -> ModelVersionCardType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                card_type_0 = ModelVersionCardType0.from_dict(data)

                return card_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ModelVersionCardType0 | None, data)

        card = _parse_card(d.pop("card"))

        facts = ModelVersionFacts.from_dict(d.pop("facts"))

        def _parse_report(data: object) -> ModelVersionReportType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                report_type_0 = ModelVersionReportType0.from_dict(data)

                return report_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ModelVersionReportType0 | None, data)

        report = _parse_report(d.pop("report"))

        provenance = ModelVersionProvenance.from_dict(d.pop("provenance"))

        created_by = d.pop("createdBy")

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        def _parse_validated_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                validated_at_type_0 = datetime.datetime.fromisoformat(data)

                return validated_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        validated_at = _parse_validated_at(d.pop("validatedAt"))

        model_version = cls(
            name=name,
            version=version,
            state=state,
            phase=phase,
            reasons=reasons,
            sha256=sha256,
            bytes_=bytes_,
            aliases=aliases,
            card=card,
            facts=facts,
            report=report,
            provenance=provenance,
            created_by=created_by,
            created_at=created_at,
            validated_at=validated_at,
        )

        return model_version

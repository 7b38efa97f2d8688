from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.shadow_comparison_page_items_item_state_type_0 import (
    ShadowComparisonPageItemsItemStateType0,
)

if TYPE_CHECKING:
    from ..models.shadow_comparison_page_items_item_comparison_type_0 import (
        ShadowComparisonPageItemsItemComparisonType0,
    )
    from ..models.shadow_comparison_page_items_item_error_type_0 import (
        ShadowComparisonPageItemsItemErrorType0,
    )


T = TypeVar("T", bound="ShadowComparisonPageItemsItem")


@_attrs_define
class ShadowComparisonPageItemsItem:
    """
    Attributes:
        shadow_run_id (UUID):
        run_id (UUID):
        created_at (datetime.datetime):
        version (int):
        sha256 (str):
        base_version (int):
        base_sha_256 (str):
        state (None | ShadowComparisonPageItemsItemStateType0): Null while it waits for the user’s run, or runs
        error (None | ShadowComparisonPageItemsItemErrorType0):
        comparison (None | ShadowComparisonPageItemsItemComparisonType0):
    """

    shadow_run_id: UUID
    run_id: UUID
    created_at: datetime.datetime
    version: int
    sha256: str
    base_version: int
    base_sha_256: str
    state: None | ShadowComparisonPageItemsItemStateType0
    error: None | ShadowComparisonPageItemsItemErrorType0
    comparison: None | ShadowComparisonPageItemsItemComparisonType0

    def to_dict(self) -> dict[str, Any]:
        from ..models.shadow_comparison_page_items_item_comparison_type_0 import (
            ShadowComparisonPageItemsItemComparisonType0,
        )
        from ..models.shadow_comparison_page_items_item_error_type_0 import (
            ShadowComparisonPageItemsItemErrorType0,
        )

        shadow_run_id = str(self.shadow_run_id)

        run_id = str(self.run_id)

        created_at = self.created_at.isoformat()

        version = self.version

        sha256 = self.sha256

        base_version = self.base_version

        base_sha_256 = self.base_sha_256

        state: None | str
        if isinstance(self.state, ShadowComparisonPageItemsItemStateType0):
            state = self.state.value
        else:
            state = self.state

        error: dict[str, Any] | None
        if isinstance(self.error, ShadowComparisonPageItemsItemErrorType0):
            error = self.error.to_dict()
        else:
            error = self.error

        comparison: dict[str, Any] | None
        if isinstance(self.comparison, ShadowComparisonPageItemsItemComparisonType0):
            comparison = self.comparison.to_dict()
        else:
            comparison = self.comparison

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "shadowRunId": shadow_run_id,
                "runId": run_id,
                "createdAt": created_at,
                "version": version,
                "sha256": sha256,
                "baseVersion": base_version,
                "baseSha256": base_sha_256,
                "state": state,
                "error": error,
                "comparison": comparison,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.shadow_comparison_page_items_item_comparison_type_0 import (
            ShadowComparisonPageItemsItemComparisonType0,
        )
        from ..models.shadow_comparison_page_items_item_error_type_0 import (
            ShadowComparisonPageItemsItemErrorType0,
        )

        d = dict(src_dict)
        shadow_run_id = UUID(d.pop("shadowRunId"))

        run_id = UUID(d.pop("runId"))

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        version = d.pop("version")

        sha256 = d.pop("sha256")

        base_version = d.pop("baseVersion")

        base_sha_256 = d.pop("baseSha256")

        def _parse_state(
            data: object,
        ) -> None | ShadowComparisonPageItemsItemStateType0:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                state_type_0 = ShadowComparisonPageItemsItemStateType0(data)

                return state_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ShadowComparisonPageItemsItemStateType0, data)

        state = _parse_state(d.pop("state"))

        def _parse_error(
            data: object,
        ) -> None | ShadowComparisonPageItemsItemErrorType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = ShadowComparisonPageItemsItemErrorType0.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ShadowComparisonPageItemsItemErrorType0, data)

        error = _parse_error(d.pop("error"))

        def _parse_comparison(
            data: object,
        ) -> None | ShadowComparisonPageItemsItemComparisonType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                comparison_type_0 = (
                    ShadowComparisonPageItemsItemComparisonType0.from_dict(data)
                )

                return comparison_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ShadowComparisonPageItemsItemComparisonType0, data)

        comparison = _parse_comparison(d.pop("comparison"))

        shadow_comparison_page_items_item = cls(
            shadow_run_id=shadow_run_id,
            run_id=run_id,
            created_at=created_at,
            version=version,
            sha256=sha256,
            base_version=base_version,
            base_sha_256=base_sha_256,
            state=state,
            error=error,
            comparison=comparison,
        )

        return shadow_comparison_page_items_item

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.create_key_body_scopes_item import CreateKeyBodyScopesItem
from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateKeyBody")


@_attrs_define
class CreateKeyBody:
    """
    Attributes:
        name (str):
        scopes (list[CreateKeyBodyScopesItem]):
        tenant (str | Unset): By default "default".
        expires_at (datetime.datetime | None | Unset):
        requests_per_minute (int | None | Unset): By default null.
        max_active_runs (int | None | Unset): By default null.
        max_stored_bytes (int | None | Unset): By default null.
    """

    name: str
    scopes: list[CreateKeyBodyScopesItem]
    tenant: str | Unset = UNSET
    expires_at: datetime.datetime | None | Unset = UNSET
    requests_per_minute: int | None | Unset = UNSET
    max_active_runs: int | None | Unset = UNSET
    max_stored_bytes: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        scopes = []
        for scopes_item_data in self.scopes:
            scopes_item = scopes_item_data.value
            scopes.append(scopes_item)

        tenant = self.tenant

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        requests_per_minute: int | None | Unset
        if isinstance(self.requests_per_minute, Unset):
            requests_per_minute = UNSET
        else:
            requests_per_minute = self.requests_per_minute

        max_active_runs: int | None | Unset
        if isinstance(self.max_active_runs, Unset):
            max_active_runs = UNSET
        else:
            max_active_runs = self.max_active_runs

        max_stored_bytes: int | None | Unset
        if isinstance(self.max_stored_bytes, Unset):
            max_stored_bytes = UNSET
        else:
            max_stored_bytes = self.max_stored_bytes

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "scopes": scopes,
            }
        )
        if tenant is not UNSET:
            field_dict["tenant"] = tenant
        if expires_at is not UNSET:
            field_dict["expiresAt"] = expires_at
        if requests_per_minute is not UNSET:
            field_dict["requestsPerMinute"] = requests_per_minute
        if max_active_runs is not UNSET:
            field_dict["maxActiveRuns"] = max_active_runs
        if max_stored_bytes is not UNSET:
            field_dict["maxStoredBytes"] = max_stored_bytes

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        name = d.pop("name")

        scopes = []
        _scopes = d.pop("scopes")
        for scopes_item_data in _scopes:
            scopes_item = CreateKeyBodyScopesItem(scopes_item_data)

            scopes.append(scopes_item)

        tenant = d.pop("tenant", UNSET)

        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expiresAt", UNSET))

        def _parse_requests_per_minute(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        requests_per_minute = _parse_requests_per_minute(
            d.pop("requestsPerMinute", UNSET)
        )

        def _parse_max_active_runs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_active_runs = _parse_max_active_runs(d.pop("maxActiveRuns", UNSET))

        def _parse_max_stored_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_stored_bytes = _parse_max_stored_bytes(d.pop("maxStoredBytes", UNSET))

        create_key_body = cls(
            name=name,
            scopes=scopes,
            tenant=tenant,
            expires_at=expires_at,
            requests_per_minute=requests_per_minute,
            max_active_runs=max_active_runs,
            max_stored_bytes=max_stored_bytes,
        )

        return create_key_body

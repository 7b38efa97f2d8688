from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.session_access import SessionAccess

if TYPE_CHECKING:
    from ..models.session_key import SessionKey


T = TypeVar("T", bound="Session")


@_attrs_define
class Session:
    """
    Attributes:
        access (SessionAccess): off: everybody may do everything, and nobody signs in
        key (SessionKey):
        csrf_token (None | str): Expected in X-CSRF-Token of whatever changes something; null: not needed
        has_admin (bool): Whether the admin API is at this address
        version (str): Of the platform
    """

    access: SessionAccess
    key: SessionKey
    csrf_token: None | str
    has_admin: bool
    version: str

    def to_dict(self) -> dict[str, Any]:
        access = self.access.value

        key = self.key.to_dict()

        csrf_token: None | str
        csrf_token = self.csrf_token

        has_admin = self.has_admin

        version = self.version

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "access": access,
                "key": key,
                "csrfToken": csrf_token,
                "hasAdmin": has_admin,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.session_key import SessionKey

        d = dict(src_dict)
        access = SessionAccess(d.pop("access"))

        key = SessionKey.from_dict(d.pop("key"))

        def _parse_csrf_token(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        csrf_token = _parse_csrf_token(d.pop("csrfToken"))

        has_admin = d.pop("hasAdmin")

        version = d.pop("version")

        session = cls(
            access=access,
            key=key,
            csrf_token=csrf_token,
            has_admin=has_admin,
            version=version,
        )

        return session

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateSessionBody")


@_attrs_define
class CreateSessionBody:
    """
    Example:
        {'key': 'pgo_…'}

    Attributes:
        key (str | Unset): An API key
        link (str | Unset): In the place of a key: what follows #sign-in= in the link that `propago up` prints
    """

    key: str | Unset = UNSET
    link: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        key = self.key

        link = self.link

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if key is not UNSET:
            field_dict["key"] = key
        if link is not UNSET:
            field_dict["link"] = link

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        key = d.pop("key", UNSET)

        link = d.pop("link", UNSET)

        create_session_body = cls(
            key=key,
            link=link,
        )

        return create_session_body

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ImportPromptsJsonBody")


@_attrs_define
class ImportPromptsJsonBody:
    """
    Example:
        {'images': [{'id': 1, 'file_name': '00057.jpg', 'width': 854, 'height': 480}], 'categories': [{'id': 1, 'name':
            'cyclist'}], 'annotations': [{'id': 1, 'image_id': 1, 'category_id': 1, 'track_id': 1, 'segmentation': [[120.5,
            80, 190, 82.5, 160, 140]]}]}

    """

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        import_prompts_json_body = cls()

        import_prompts_json_body.additional_properties = d
        return import_prompts_json_body

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties

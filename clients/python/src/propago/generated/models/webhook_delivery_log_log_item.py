from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="WebhookDeliveryLogLogItem")


@_attrs_define
class WebhookDeliveryLogLogItem:
    """
    Attributes:
        number (int):
        at (datetime.datetime):
        seconds (float):
        status (int | None): HTTP status of the answer; null: there was none
        error (None | str): Why it does not count as delivered
        answer (None | str): The beginning of the answer
    """

    number: int
    at: datetime.datetime
    seconds: float
    status: int | None
    error: None | str
    answer: None | str

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        at = self.at.isoformat()

        seconds = self.seconds

        status: int | None
        status = self.status

        error: None | str
        error = self.error

        answer: None | str
        answer = self.answer

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "number": number,
                "at": at,
                "seconds": seconds,
                "status": status,
                "error": error,
                "answer": answer,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        number = d.pop("number")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        seconds = d.pop("seconds")

        def _parse_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        status = _parse_status(d.pop("status"))

        def _parse_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error = _parse_error(d.pop("error"))

        def _parse_answer(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        answer = _parse_answer(d.pop("answer"))

        webhook_delivery_log_log_item = cls(
            number=number,
            at=at,
            seconds=seconds,
            status=status,
            error=error,
            answer=answer,
        )

        return webhook_delivery_log_log_item

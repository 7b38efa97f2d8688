from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..models.webhook_event_type import WebhookEventType

if TYPE_CHECKING:
    from ..models.webhook_event_data import WebhookEventData


T = TypeVar("T", bound="WebhookEvent")


@_attrs_define
class WebhookEvent:
    """
    Attributes:
        type_ (WebhookEventType): run.created: A run was accepted.
            run.succeeded: A run has all its labels; comes again after a correction, with another revision.
            run.failed: A run could not be finished; the event says why.
            run.cancelled: A run was cancelled.
            run.corrected: The prompts or objects of a run were changed: it has a new revision and is at work again.
            export.ready: A file of a run can be fetched.
            export.failed: A file of a run could not be made; the event says why.
            video.ready: A video that was asked for has been decoded: its frame table is complete.
            video.failed: A video that was asked for cannot be decoded; the event says why.
        timestamp (datetime.datetime): When it happened
        data (WebhookEventData): Ids and what is new of the thing that the event is about; docs/webhooks.md has all
            fields
    """

    type_: WebhookEventType
    timestamp: datetime.datetime
    data: WebhookEventData

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_.value

        timestamp = self.timestamp.isoformat()

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "type": type_,
                "timestamp": timestamp,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.webhook_event_data import WebhookEventData

        d = dict(src_dict)
        type_ = WebhookEventType(d.pop("type"))

        timestamp = datetime.datetime.fromisoformat(d.pop("timestamp"))

        data = WebhookEventData.from_dict(d.pop("data"))

        webhook_event = cls(
            type_=type_,
            timestamp=timestamp,
            data=data,
        )

        return webhook_event

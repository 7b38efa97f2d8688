"""Dataclasses of tensors: some rows of all of them, or all of them on another device."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import torch
from torch import Tensor

from propago_trainer.data.batch import on_device

Record = TypeVar("Record")


def rows(record: Record, which: slice | Tensor) -> Record:
    """The record with `which` of the first axis of each of its tensors, also of records within it."""
    return _each(record, lambda value: value[which])


def to_device(record: Record, device: torch.device) -> Record:
    """The same in the memory of `device`; it does not wait for the copies."""
    return _each(record, lambda value: on_device(value, device))


def _each(record: Any, change: Any) -> Any:
    if isinstance(record, Tensor):
        return change(record)
    return type(record)(*(_each(getattr(record, entry.name), change) for entry in fields(record)))


def doubles(record: Record) -> Record:
    """The same with float64 in place of float32."""
    return _each(record, lambda value: value.double() if value.is_floating_point() else value)

"""Which parameters are decayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn


def is_decayed(parameter: Tensor) -> bool:
    """Everything but biases, norms and scales, as in MAE: its CLS and mask tokens are decayed too."""
    return parameter.dim() >= 2


def was_decayed(parameter: Tensor) -> bool:
    """The rule of earlier versions, which left out tokens; their checkpoints are in its order."""
    return parameter.dim() >= 2 and parameter.shape[0] > 1


def split(model: nn.Module, rule: Callable[[Tensor], bool]) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Parameters that a rule decays, and the others."""
    parameters = list(model.parameters())
    return [p for p in parameters if rule(p)], [p for p in parameters if not rule(p)]


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """The optimiser's two groups: decayed, not decayed."""
    decayed, rest = split(model, is_decayed)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


def in_present_groups(saved: dict[str, Any], model: nn.Module) -> dict[str, Any]:
    """An optimiser's state in the order of the present groups, also when an earlier version saved it.

    A state refers to parameters by their place in the groups, one after the other.
    """
    now, before = split(model, is_decayed), split(model, was_decayed)
    sizes = [len(group["params"]) for group in saved["param_groups"]]
    if sizes == [len(group) for group in now] or sizes != [len(group) for group in before]:
        return saved
    place = {id(parameter): index for index, parameter in enumerate([*before[0], *before[1]])}
    order = [place[id(parameter)] for parameter in [*now[0], *now[1]]]
    state = {index: saved["state"][old] for index, old in enumerate(order) if old in saved["state"]}
    ends = (0, len(now[0]), len(order))
    groups = [
        {**group, "params": list(range(first, last))}
        for group, first, last in zip(saved["param_groups"], ends[:2], ends[1:], strict=True)
    ]
    return {"state": state, "param_groups": groups}

"""Weight decay falls on the parameters that MAE decays, and checkpoints of the rule before are taken up."""

import torch

from propago_trainer.config import TrainConfig
from propago_trainer.groups import in_present_groups, parameter_groups, split, was_decayed
from propago_trainer.objectives.objective import Objective

CONFIG = TrainConfig(dim=48, depth=1, heads=3, decoder_dim=32, decoder_depth=1, image=32, patch=8)


def optimiser(groups):
    return torch.optim.AdamW(groups, lr=1e-3)


def old_groups(model):
    decayed, rest = split(model, was_decayed)
    return [{"params": decayed, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}]


def stepped(made, model):
    for index, parameter in enumerate(model.parameters()):
        parameter.grad = torch.full_like(parameter, float(index))
    made.step()
    return made


def test_kernels_and_tokens_are_decayed_and_vectors_are_not():
    model = Objective(CONFIG)
    decayed, rest = (group["params"] for group in parameter_groups(model, 0.05))
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    told = [names[id(parameter)] for parameter in decayed]
    assert {"encoder.cls_token", "siammae.mask_token"} <= set(told)
    assert all(name.endswith(("weight", "_token")) and "norm" not in name for name in told)
    assert all(parameter.dim() == 1 for parameter in rest)
    assert len(decayed) + len(rest) == len(names)


def test_optimiser_saved_before_tokens_were_decayed_goes_on_with_every_parameters_own_moments():
    model = Objective(CONFIG)
    before = stepped(optimiser(old_groups(model)), model)
    now = optimiser(parameter_groups(model, 0.05))
    now.load_state_dict(in_present_groups(before.state_dict(), model))
    assert all(torch.equal(now.state[p]["exp_avg"], before.state[p]["exp_avg"]) for p in model.parameters())
    assert [group["weight_decay"] for group in now.param_groups] == [0.05, 0.0]


def test_optimiser_saved_in_the_present_groups_is_taken_as_it_is():
    model = Objective(CONFIG)
    state = stepped(optimiser(parameter_groups(model, 0.05)), model).state_dict()
    assert in_present_groups(state, model) is state

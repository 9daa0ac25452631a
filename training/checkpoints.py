"""Checkpoints and the running average of the weights."""

import copy
import os
from pathlib import Path
from typing import Any

import torch
from torch import nn

DECAY = 0.998  # about the last eight minutes of steps


class Average:
    """Exponential average of a model's weights; better than the last step while the rate is high."""

    def __init__(self, model: nn.Module) -> None:
        self.model = copy.deepcopy(model).eval()
        self.updates = 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Move towards the model; faster at first."""
        self.updates += 1
        decay = min(DECAY, self.updates / (self.updates + 10))
        ours, theirs = list(self.model.parameters()), list(model.parameters())
        torch._foreach_lerp_(ours, theirs, 1 - decay)


def save(folder: Path, model: nn.Module, optimiser: Any, average: Average, state: dict[str, Any]) -> None:
    """Write last.pt so that a reader never sees half of it."""
    content = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "average": average.model.state_dict(),
        "updates": average.updates,
        "state": state,
    }
    torch.save(content, folder / "last.pt.part")
    os.replace(folder / "last.pt.part", folder / "last.pt")


def write_weights(folder: Path, path: Path) -> None:
    """The averaged weights of a run in half precision, small enough to travel between machines."""
    content = torch.load(folder / "last.pt")
    halves = {name: value.half() for name, value in content["average"].items()}
    torch.save({"weights": halves, "hours": content["state"]["hours"]}, path)


def begin_from(path: Path, model: nn.Module, average: Average) -> dict[str, Any]:
    """Begin a run with the weights that write_weights kept; the counters of the new run."""
    content = torch.load(path)
    for network in (model, average.model):
        network.load_state_dict({name: value.float() for name, value in content["weights"].items()})
    return {"steps": 0, "hours": content["hours"], "warm_from": content["hours"]}


def load(folder: Path, model: nn.Module, optimiser: Any, average: Average) -> dict[str, Any]:
    """Take up last.pt where there is one; the counters of the run."""
    path = folder / "last.pt"
    if not path.exists():
        return {"steps": 0, "hours": 0.0}
    content = torch.load(path)
    model.load_state_dict(content["model"])
    optimiser.load_state_dict(content["optimiser"])
    average.model.load_state_dict(content["average"])
    average.updates = content["updates"]
    state: dict[str, Any] = content["state"]
    return state

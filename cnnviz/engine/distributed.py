"""Several processes that learn one network together, under PyTorch's torchrun.

Each learns its own part of every batch, and DistributedDataParallel averages the gradients: the numbers are those of
one process with the same batches (batch norm and dropout apart, which see their own part only).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from cnnviz.engine.build import GraphModule
from cnnviz.engine.losses import Objective
from cnnviz.errors import TrainError


class Team:
    """The processes that train together; by default this one alone. The first, of rank 0, judges and writes files."""

    def __init__(self, rank: int = 0, size: int = 1) -> None:
        self.rank, self.size = rank, size

    def part(self, order: torch.Tensor, batch_size: int) -> torch.Tensor:
        """Return the places that this process learns of every batch of an order."""
        if self.size == 1:
            return order
        return torch.cat(
            [batch[self.rank :: self.size] for batch in torch.split(order, batch_size)] or [order]
        )

    def wrapped(self, objective: Objective, module: GraphModule) -> Callable[..., Any]:
        """Return the objective, its gradients averaged over all processes."""
        if self.size == 1:
            return objective
        idle = len(objective.heads) < len(module.heads)  # layers that feed an answer without a loss
        return DistributedDataParallel(_Lesson(objective, module), find_unused_parameters=idle)

    def remark(self, module: GraphModule) -> str:
        """Return what is not as it would be in one process; "" if all is."""
        own = any(node.layer.draws for node in module.graph) or any(
            isinstance(child, torch.nn.modules.batchnorm._BatchNorm) for child in module.modules()
        )
        return (
            "Batch norm and dropout see the part of their own process only." if own and self.size > 1 else ""
        )

    def total(self, *values: float) -> list[float]:
        """Return the sums of values over all processes."""
        if self.size == 1:
            return list(values)
        found = torch.tensor(values, dtype=torch.float64)
        distributed.all_reduce(found)
        return found.tolist()

    def told(self, value: float) -> float:
        """Return the value that the first process has."""
        if self.size == 1:
            return value
        found = torch.tensor([value], dtype=torch.float64)
        distributed.broadcast(found, 0)
        return float(found)


class _Lesson(torch.nn.Module):
    """An objective as a module, which is what DistributedDataParallel takes."""

    def __init__(self, objective: Objective, module: GraphModule) -> None:
        super().__init__()
        self.net, self._objective = module, objective

    def forward(self, *arguments: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the loss, and the main answer's scores."""
        return self._objective(*arguments)


def join(batch_size: int) -> Team:
    """Return the team that torchrun has started this process for, or this process alone.

    Raise TrainError where a batch can't be dealt out evenly.
    """
    size, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if size == 1:
        return Team()
    if batch_size % size:
        raise TrainError(
            f"batches of {batch_size} images can't be dealt to {size} processes.",
            hint=f"Use a batch size of {max(batch_size // size, 1) * size}.",
        )
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if torch.cuda.device_count() >= size else "gloo")
    return Team(rank, size)


def leave() -> None:
    """End the team's connections, if there are any."""
    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()

"""Modules that remember along time."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional


class GatedMemory(nn.Module):
    """An LSTM, dense or (with a `kernel_size`) convolutional: (N, C, T, …) → (N, units, T, …), or its last step.

    Weights and biases hold input gate, forget gate, candidate and output gate one behind the other, as in torch.
    `peepholes` is the shape of the weights through which the gates see the state; the output gate sees the one before
    the step, or the `new_state`. States start at zero.
    """

    def __init__(
        self,
        inputs: int,
        units: int,
        *,
        kernel_size: tuple[int, ...] = (),
        biases: int = 1,
        peepholes: tuple[int, ...] = (),
        new_state: bool = False,
        every_step: bool = True,
    ) -> None:
        super().__init__()
        self.new_state, self.every_step = new_state, every_step
        self.weight_x = nn.Parameter(torch.empty(4 * units, inputs, *kernel_size))
        self.weight_h = nn.Parameter(torch.empty(4 * units, units, *kernel_size))
        self.bias = nn.Parameter(torch.empty(4 * units)) if biases > 0 else None
        self.bias_h = nn.Parameter(torch.empty(4 * units)) if biases > 1 else None
        self.peephole_i = nn.Parameter(torch.empty(peepholes)) if peepholes else None
        self.peephole_f = nn.Parameter(torch.empty(peepholes)) if peepholes else None
        self.peephole_o = nn.Parameter(torch.empty(peepholes)) if peepholes else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases within ±1/√(values that a gate sees), peepholes from N(0, 0.05)."""
        for name, parameter in self.named_parameters():
            if name.startswith("peephole"):
                nn.init.normal_(parameter, 0.0, 0.05)
            else:
                seen = self.weight_x if name == "weight_x" else self.weight_h
                nn.init.uniform_(parameter, -1 / math.sqrt(seen[0].numel()), 1 / math.sqrt(seen[0].numel()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return h of every step (N, units, T, …), or of the last (N, units, …)."""
        states = [each["h"] for each in self.steps(x)]
        return torch.stack(states, dim=2) if self.every_step else states[-1]

    def inside(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return gates i, f, o, candidate g, state c and output h of every step, each (N, units, T, …)."""
        steps = list(self.steps(x))
        return {name: torch.stack([each[name] for each in steps], dim=2) for name in steps[0]}

    def given_out(self, inside: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return what `forward` returns, of the arrays that `inside` has found."""
        return inside["h"] if self.every_step else inside["h"][:, :, -1]

    def steps(
        self, x: torch.Tensor, c: torch.Tensor | None = None, h: torch.Tensor | None = None
    ) -> Iterator[dict[str, torch.Tensor]]:
        """Yield gates, candidate, state and output of one step after the other, each (N, units, …).

        It goes on from the state `c` and the output `h` of an earlier step, (N, units, …), or starts at zero.
        """
        for arriving in self.arriving(x):
            total = arriving if h is None else arriving + self.weigh(h, self.weight_h)
            i, f, g, o = total.chunk(4, dim=1)
            i = torch.sigmoid(self.peep(i, self.peephole_i, c))
            f = torch.sigmoid(self.peep(f, self.peephole_f, c))
            g = torch.tanh(g)
            new = i * g if c is None else f * c + i * g
            o = torch.sigmoid(self.peep(o, self.peephole_o, new if self.new_state else c))
            c = new
            h = o * torch.tanh(c)
            yield {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}

    def arriving(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return what the input adds to the gates of every step, for all steps at once."""
        bias = self.bias if self.bias is None or self.bias_h is None else self.bias + self.bias_h
        steps = x.movedim(2, 0)
        weighed = self.weigh(steps.flatten(0, 1), self.weight_x, bias)
        # not chunk: an export would fix the size of the batch
        parted: torch.Tensor = weighed.unflatten(0, (len(steps), -1))  # type: ignore[no-untyped-call]
        return parted.unbind()

    @staticmethod
    def weigh(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        """Return Σ x · weight + bias, over all features or over windows that keep the size."""
        if weight.dim() == 2:
            return functional.linear(x, weight, bias)
        rows, columns = weight.shape[2] - 1, weight.shape[3] - 1
        if rows % 2 == 0 and columns % 2 == 0:
            return functional.conv2d(x, weight, bias, padding=(rows // 2, columns // 2))
        # of an odd number of padded rows (columns), the extra one lies at the bottom (right)
        pads = (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
        return functional.conv2d(functional.pad(x, pads), weight, bias)

    @staticmethod
    def peep(gate: torch.Tensor, weight: torch.Tensor | None, state: torch.Tensor | None) -> torch.Tensor:
        """Return what a gate adds up to once it has seen the state, if it does and there is one."""
        return gate if weight is None or state is None else gate + weight * state

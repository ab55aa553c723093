"""Convolutional memory, learned faster: all steps of time are one node of autograd, with its backward written by hand.

The arithmetic is that of `GatedMemory`. One convolution per step, of the frame and the last output side by side, gives
all four gates; channels lie last for it, and the gates one behind another for all that follows. Here tanh(a) is
2·σ(2a) − 1: torch's own takes six times as long, and the two differ by 1e-7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from cnnviz.engine.modules import GatedMemory

_sigmoid_slope = torch.ops.aten.sigmoid_backward
_tanh_slope = torch.ops.aten.tanh_backward


class QuickMemory(GatedMemory):
    """A `GatedMemory` for training; where the node does not fit (no windows, even ones, an export), the plain one."""

    def forward(self, x: Tensor) -> Tensor:
        """Return h of every step (N, units, T, H, W), or of the last (N, units, H, W)."""
        if not self._fits(x):
            return super().forward(x)
        bias = self.bias if self.bias is None or self.bias_h is None else self.bias + self.bias_h
        options = _Options(self.new_state, self.every_step, torch.is_grad_enabled())
        peepholes = (self.peephole_i, self.peephole_f, self.peephole_o)
        found: Tensor = _Recurrence.apply(options, x, self.weight_x, self.weight_h, bias, *peepholes)  # type: ignore[no-untyped-call]
        return found

    def _fits(self, x: Tensor) -> bool:
        windows = self.weight_h.shape[2:]
        usual = x.device.type in {"cpu", "cuda"} and not torch.compiler.is_compiling()
        return usual and len(windows) == 2 and all(width % 2 for width in windows)


@dataclass(frozen=True)
class _Options:
    """What a memory is like, and whether to keep what a backward pass needs."""

    new_state: bool
    every_step: bool
    kept: bool


@dataclass
class _Step:
    """What a step leaves for the way back: frame and last output (N, H, W, C + units), gates (4, N, H, W, units), c."""

    seen: Tensor
    gates: Tensor
    c: Tensor


class _Recurrence(torch.autograd.Function):
    """h for frames (N, C, T, H, W), weights of frame and state, bias (or None) and three peepholes (or None)."""

    @staticmethod
    def forward(ctx: Any, options: _Options, x: Tensor, *arrays: Any) -> Tensor:
        """Go through time, and keep every step."""
        device = x.device.type
        kind = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x.dtype
        with torch.autocast(device, enabled=False):
            cell = _Cell(options, kind, x, *arrays)
            found, steps = cell.run(x)
        if options.kept:
            ctx.options, ctx.kind, ctx.each = options, kind, len(steps)
            kept = [getattr(step, name) for name in ("seen", "gates", "c") for step in steps]
            ctx.save_for_backward(x, *arrays, *kept)
        return found

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Any, ...]:
        """Go back through time."""
        x, *rest = ctx.saved_tensors
        arrays, kept, count = rest[:6], rest[6:], ctx.each
        steps = [_Step(*kept[number::count]) for number in range(count)]
        with torch.autocast(x.device.type, enabled=False):
            cell = _Cell(ctx.options, ctx.kind, x, *arrays)
            return (None, *_Way(cell, ctx.needs_input_grad[1]).back(slope, steps))


class _Cell:
    """Weights as a step needs them; convolutions run in `kind`, states in at least float32."""

    def __init__(
        self, options: _Options, kind: torch.dtype, x: Tensor, weight_x: Tensor, weight_h: Tensor,
        bias: Tensor | None, *peepholes: Tensor | None,
    ) -> None:  # fmt: skip
        self.options, self.kind = options, kind
        self.exact = torch.promote_types(kind, torch.float32)
        self.inputs, self.units = weight_x.shape[1], weight_h.shape[1]
        self.padding = tuple(width // 2 for width in weight_h.shape[2:])
        both = torch.cat((weight_x, weight_h), dim=1).to(kind)
        self.weight = both.contiguous(memory_format=torch.channels_last)
        self.bias = None if bias is None else bias.to(kind)
        self.peepholes = tuple(
            None if each is None else each.permute(1, 2, 0).to(self.exact).contiguous() for each in peepholes
        )
        self.place = (x.shape[0], *x.shape[3:])

    def run(self, x: Tensor) -> tuple[Tensor, list[_Step]]:
        """Return the output and what every step leaves."""
        every, steps = self.options.every_step, []
        states = x.new_empty((self.place[0], x.shape[2], *self.place[1:], self.units), dtype=self.kind)
        h, step = states[:, 0], None
        for number, frame in enumerate(x.unbind(2)):
            step, made = self._step(frame, h, step)
            h = states[:, number] if every else made
            if every:
                h.copy_(made)
            if self.options.kept:
                steps.append(step)
        if every:
            return states.permute(0, 4, 1, 2, 3), steps
        return h.to(self.kind).permute(0, 3, 1, 2), steps

    def _step(self, frame: Tensor, h: Tensor, before: _Step | None) -> tuple[_Step, Tensor]:
        seen = self._beside(frame, None if before is None else h)
        i, f, g, o = gates = self._gates(seen)
        if before is None:
            i.sigmoid_()
            c = i * _tanh_(g)
        else:
            for gate, peephole in zip((i, f), self.peepholes, strict=False):
                _add_(gate, peephole, before.c).sigmoid_()
            c = torch.mul(i, _tanh_(g)).addcmul_(f, before.c)
        if self.options.new_state or before is not None:
            _add_(o, self.peepholes[2], c if self.options.new_state or before is None else before.c)
        made = o.sigmoid_() * _tanh_(c.clone())
        if before is None:
            f.sigmoid_()
        return _Step(seen, gates.to(self.kind) if self.options.kept else gates, c), made

    def _beside(self, frame: Tensor, h: Tensor | None) -> Tensor:
        """Return frame and last output (N, H, W, C + units); the frame alone where there is no output yet."""
        last = frame.permute(0, 2, 3, 1).to(self.kind)
        return last.contiguous() if h is None else torch.cat((last, h.to(self.kind)), dim=-1)

    def _gates(self, seen: Tensor) -> Tensor:
        """Return the sums of all gates (4, N, H, W, units)."""
        weight = self.weight[:, : seen.shape[-1]]
        summed = functional.conv2d(seen.permute(0, 3, 1, 2), weight, self.bias, padding=self.padding)
        parted = summed.permute(0, 2, 3, 1).unflatten(-1, (4, self.units)).movedim(-2, 0)  # type: ignore[no-untyped-call]
        return torch.empty(parted.shape, dtype=self.exact, device=seen.device).copy_(parted)


class _Way:
    """The way back through time: adds up the slopes of all arrays, step by step."""

    def __init__(self, cell: _Cell, wants_frames: bool) -> None:
        self._cell, self._wants_frames = cell, wants_frames
        self._weight = torch.zeros_like(cell.weight, dtype=cell.exact)
        self._bias = None if cell.bias is None else torch.zeros_like(cell.bias, dtype=cell.exact)
        self._peepholes = [None if each is None else torch.zeros_like(each) for each in cell.peepholes]
        self._slopes = cell.weight.new_empty((*cell.place, 4 * cell.units))
        self._parts = torch.split(self._slopes, cell.units, dim=-1)

    def back(self, slope: Tensor, steps: list[_Step]) -> tuple[Tensor | None, ...]:
        """Return the slopes of frames, weights, bias and peepholes."""
        cell = self._cell
        frames: list[Tensor] = []
        lies = slope.permute(0, 2, 3, 4, 1) if cell.options.every_step else slope.permute(0, 2, 3, 1)
        dh: Tensor | None = None
        dc: Tensor | None = None
        for number in reversed(range(len(steps))):
            if cell.options.every_step or dh is None:
                arriving = (lies[:, number] if cell.options.every_step else lies).to(cell.exact)
                dh = arriving if dh is None else dh + arriving
            dc = self._through_gates(dh, dc, steps[number], steps[number - 1].c if number else None)
            frame, dh = self._through_windows(steps[number].seen)
            frames += [] if frame is None else [frame]
        found = torch.stack(frames[::-1], dim=2) if frames else None
        peepholes = (None if each is None else each.permute(2, 0, 1) for each in self._peepholes)
        return (found, self._weight[:, : cell.inputs], self._weight[:, cell.inputs :], self._bias, *peepholes)

    def _through_gates(self, dh: Tensor, dc: Tensor | None, step: _Step, before: Tensor | None) -> Tensor:
        """Note the slopes of the sums of all gates; return that of the state before."""
        i, f, g, o = step.gates.to(self._cell.exact)
        new_state = self._cell.options.new_state
        tanh = _tanh_(step.c.clone())
        slope_o = _sigmoid_slope(dh * tanh, o)
        through = _tanh_slope(dh * o, tanh)
        dc = through if dc is None else through.add_(dc)
        if new_state:
            self._seen(2, dc, slope_o, step.c)
        slope_i, slope_g = _sigmoid_slope(dc * g, i), _tanh_slope(dc * i, g)
        slope_f = torch.zeros_like(dc) if before is None else _sigmoid_slope(dc * before, f)
        for part, found in zip(self._parts, (slope_i, slope_f, slope_g, slope_o), strict=True):
            part.copy_(found)
        dc.mul_(f)
        if before is not None:
            self._seen(0, dc, slope_i, before)
            self._seen(1, dc, slope_f, before)
            if not new_state:
                self._seen(2, dc, slope_o, before)
        return dc

    def _seen(self, number: int, dc: Tensor, slope: Tensor, state: Tensor) -> None:
        """Lead a gate's slope through its peephole to the state that it saw."""
        peephole, total = self._cell.peepholes[number], self._peepholes[number]
        if peephole is not None and total is not None:
            dc.addcmul_(slope, peephole)
            total.add_((slope * state).sum(dim=0))

    def _through_windows(self, seen: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """Add the slopes of weights and bias; return those of the frame (N, C, H, W) and of h, channels last."""
        cell, width = self._cell, seen.shape[-1]
        slopes, arrived = self._slopes.permute(0, 3, 1, 2), seen.permute(0, 3, 1, 2)
        self._weight[:, :width].add_(self._convolved(slopes, arrived, cell.weight[:, :width], 1))
        if self._bias is not None:
            self._bias.add_(self._slopes.flatten(0, 2).sum(dim=0))
        first = 0 if self._wants_frames else cell.inputs
        if first == width:
            return None, None
        found = self._convolved(slopes, arrived[:, first:], cell.weight[:, first:width], 0)
        frame = found[:, : cell.inputs] if self._wants_frames else None
        h = found[:, cell.inputs - first :].permute(0, 2, 3, 1).to(cell.exact)
        return frame, h if h.shape[-1] else None

    def _convolved(self, slopes: Tensor, seen: Tensor, weight: Tensor, which: int) -> Tensor:
        """Return the slope of what a convolution has seen (`which` 0), or of its weights (1)."""
        mask = [which == 0, which == 1, False]
        padding, ones = list(self._cell.padding), [1, 1]
        found = torch.ops.aten.convolution_backward(
            slopes, seen, weight, None, ones, padding, ones, False, [0, 0], 1, mask
        )
        return found[which]


def _add_(gate: Tensor, peephole: Tensor | None, state: Tensor) -> Tensor:
    """Add in place what a gate sees of a state."""
    return gate if peephole is None else gate.addcmul_(peephole, state)


def _tanh_(values: Tensor) -> Tensor:
    """Replace values by their tanh, and return them."""
    return values.mul_(2).sigmoid_().mul_(2).sub_(1)

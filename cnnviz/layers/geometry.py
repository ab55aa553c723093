"""The arithmetic of sliding windows: how much padding, how many positions, which inputs.

Source of the formulas: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016);
`same` follows TensorFlow, where an odd number of padded rows puts the extra one at the bottom (right).
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError

Padding = str | tuple[int, ...]


@dataclass(frozen=True)
class Axis:
    """A window sliding along one dimension; all numbers in cells."""

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int

    @property
    def reach(self) -> int:
        """Return how many cells the window spans, gaps included."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def positions(self) -> int:
        """Return how many places the window takes: floor((n + p − k) / s) + 1."""
        return (self.size + self.before + self.after - self.reach) // self.stride + 1

    def window(self, position: int) -> range:
        """Return the input cells under the window; cells below 0 or from `size` on are padding."""
        start = position * self.stride - self.before
        return range(start, start + self.reach, self.dilation)


def axes(
    sizes: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: Padding,
    dilation: tuple[int, ...] | None = None,
) -> tuple[Axis, ...]:
    """Return one Axis per spatial dimension; raise ShapeError where the window does not fit."""
    gaps = dilation or (1,) * len(sizes)
    found = []
    for place, (size, k, s, d) in enumerate(zip(sizes, kernel, stride, gaps, strict=True)):
        before, after = _padding_along(padding, place, size, k, s, d)
        axis = Axis(size, k, s, d, before, after)
        if axis.reach > size + before + after:
            raise ShapeError(_too_wide(axis), worked=_worked(axis))
        found.append(axis)
    return tuple(found)


def _padding_along(padding: Padding, place: int, size: int, k: int, s: int, d: int) -> tuple[int, int]:
    if padding == "valid":
        return 0, 0
    if padding == "same":
        positions = -(-size // s)
        total = max((positions - 1) * s + d * (k - 1) + 1 - size, 0)
        return total // 2, total - total // 2
    amount = padding[place]
    assert isinstance(amount, int)
    return amount, amount


def _too_wide(axis: Axis) -> str:
    dilated = f" (dilation {axis.dilation} makes it {axis.reach})" if axis.dilation > 1 else ""
    return (
        f"a {axis.kernel}-wide window{dilated} with stride {axis.stride} and padding "
        f"{axis.before} does not fit into {axis.size} cells."
    )


def _worked(axis: Axis) -> tuple[str, str]:
    """Write the sum that gives no position."""
    padding = f"{axis.before} + {axis.after}" if axis.before != axis.after else f"2·{axis.before}"
    result = f"{axis.positions}".replace("-", "−")
    return (
        "out = ⌊(n + 2p − k) / s⌋ + 1",
        f"    = ⌊({axis.size} + {padding} − {axis.reach}) / {axis.stride}⌋ + 1 = {result}",
    )


def symmetric(found: tuple[Axis, ...]) -> bool:
    """Say whether every dimension has equal padding on both sides, as torch's own `padding=` needs."""
    return all(axis.before == axis.after for axis in found)


def torch_pads(found: tuple[Axis, ...]) -> tuple[int, ...]:
    """Return the padding in torch's order: last dimension first, before and after each."""
    return tuple(amount for axis in reversed(found) for amount in (axis.before, axis.after))


@dataclass(frozen=True)
class Stamp:
    """A window put down around every cell along one dimension, where the stamps add up: an `Axis` the other way round.

    `before` and `after` are cells cut off what comes out, `extra` are cells added behind it.
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    extra: int

    @property
    def positions(self) -> int:
        """Return how many cells come out: (n − 1)·s + d(k − 1) + 1 − cut + extra."""
        reach = self.dilation * (self.kernel - 1) + 1
        return (self.size - 1) * self.stride + reach - self.before - self.after + self.extra

    def meeting(self, position: int) -> tuple[range, range]:
        """Return the input cells whose stamps cover an output cell, and which entry of the window does; maybe none."""
        place = position + self.before
        entries = [k for k in range(self.kernel) if self._cell(place, k) is not None]
        if not entries:
            return range(0), range(0)
        step = entries[1] - entries[0] if len(entries) > 1 else 1
        cells = [(place - self.dilation * k) // self.stride for k in reversed(entries)]
        apart = cells[1] - cells[0] if len(cells) > 1 else 1
        return range(cells[0], cells[-1] + 1, apart), range(entries[-1], entries[0] - 1, -step)

    def _cell(self, place: int, entry: int) -> int | None:
        """Return the input cell whose stamp has this entry at a place, if there is one."""
        cell, rest = divmod(place - self.dilation * entry, self.stride)
        return cell if rest == 0 and 0 <= cell < self.size else None

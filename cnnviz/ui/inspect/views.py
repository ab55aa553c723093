"""How the making of one number is shown: a view per form of its formula, and a plain one for the rest."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import ClassVar, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnviz.layers.formula import Formula, Maximum, Product, WeightedSum
from cnnviz.ui.inspect.account import Line, applied, counted, written_out
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.reading import Spot

MODULES = (
    "conv", "pool", "pointwise", "norm", "dense", "softmax", "cells", "ratio", "table", "sampler", "source", "plain",
)  # fmt: skip
FULL_HEIGHT = 560
MODES = ("products", "x · w", "sums only")


class View(QWidget):
    """The middle pane for one form of account. It is given frames of plain arrays, and knows nothing else.

    `spot_hovered` carries the cell that is pointed at, or None; `walked` asks to go to where a cell comes from,
    `flip_wanted` to turn the kernels of a layer round (an empty name: to take them as they are),
    `batch_wanted` to run the sample among others, as in training.
    """

    spot_hovered = Signal(object)
    walked = Signal(str, object)
    flip_wanted = Signal(str)
    batch_wanted = Signal(bool)

    title: ClassVar[str] = "Working"
    has_modes: ClassVar[bool] = False
    sums: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.frame: Frame | None = None
        self.digits = 3
        self.mode = MODES[0]
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)

    def show_frame(self, frame: Frame) -> None:
        """Show another value."""
        self.frame = frame
        self.refresh()

    def set_digits(self, digits: int) -> None:
        """Show so many decimals."""
        self.digits = digits
        if self.frame is not None:
            self.refresh()

    def set_mode(self, mode: str) -> None:
        """Show products, factors, or sums only."""
        self.mode = mode
        if self.frame is not None:
            self.refresh()

    def refresh(self) -> None:
        """Paint the frame anew."""

    def set_spot(self, spot: Spot | None) -> None:
        """Light up the cell that is pointed at in another pane; emits nothing."""

    def shows_sum(self, frame: Frame) -> bool:
        """Say whether the running sum tells something that the view does not."""
        return self.sums

    def heading(self, frame: Frame) -> str:
        """Return the heading of the pane."""
        return self.title

    def full_height(self, frame: Frame) -> int:
        """Return how high the pane must be to show all lines of the running sum; below, there are half as many."""
        return FULL_HEIGHT

    def subtitle(self, frame: Frame) -> str:
        """Return the line beside the heading."""
        return frame.explanation.rule

    def closing_line(self, frame: Frame, shown: tuple[Line, ...]) -> str:
        """Return the account in one line, with the numbers put in."""
        explanation = frame.explanation
        text = written_out(shown, explanation.sum, self.digits)
        return f"{text}   {applied(explanation, self.digits)}".rstrip()

    def counted(self, frame: Frame) -> str:
        """Return what the result is called on the closing card."""
        return counted(frame.explanation)

    def walk(self, spot: Spot) -> None:
        """Ask to go to where a cell of the window comes from."""
        if self.frame is None or spot.whole_channel:
            return
        reading = self.frame.readings[spot.reading]
        index = reading.index(spot.cell)
        if index is not None:
            self.walked.emit(reading.node, index)


_VIEWS: dict[str, type[View]] = {}
_Found = TypeVar("_Found", bound=type[View])


def view(*names: str) -> Callable[[_Found], _Found]:
    """Register a view for forms of formulas, groups or kinds; the empty name is for all that have none of their own."""

    def register(cls: _Found) -> _Found:
        _VIEWS.update(dict.fromkeys(names, cls))
        return cls

    return register


def view_for(frame: Frame) -> type[View]:
    """Return the view of a value: of its layer kind, else of its formula, else the plain one.

    Sums over windows look alike as formulas; there the layer's group may have a view of its own.
    """
    for module in MODULES:
        import_module(f"cnnviz.ui.inspect.{module}")
    if frame.backward:
        return _VIEWS["backward" if frame.readings else ""]
    kind, group = ("", "") if frame.inside else (frame.layer.kind, frame.layer.group)
    form = form_of(frame.explanation.formula)
    names = (kind, group, form) if form == "window" else (kind, form)
    return next((_VIEWS[name] for name in names if name in _VIEWS and name), _VIEWS[""])


def form_of(formula: Formula) -> str:
    """Return what a formula looks like: its class, or `window`, or `cells` where single cells meet."""
    match formula:
        case WeightedSum(parts=()):
            return ""
        case WeightedSum(parts=parts):
            single = all(len(cells) == 1 for part in parts for cells in part.block.ranges)
            return "cells" if single and (len(parts) > 1 or parts[0].times is not None) else "window"
        case Product():
            return "cells"
        case Maximum(blocks=blocks) if len(blocks) > 1:
            return "cells"
        case _:
            return type(formula).__name__

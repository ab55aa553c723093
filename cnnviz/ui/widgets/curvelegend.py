"""The line below a plot: which curve is which, their values under the pointer, and what the dotted line means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from cnnviz.ui import theme

GAP = "&nbsp;&nbsp;&nbsp;"


@dataclass(frozen=True)
class Entry:
    """One curve: its colour (#RRGGBB), its name, whether it is dashed, and its value in words, if one is asked for."""

    color: str
    name: str
    dashed: bool = False
    value: str = ""


class CurveLegend(QLabel):
    """Takes the words anew as often as one likes: the same ones are not laid out twice."""

    def __init__(self) -> None:
        super().__init__()
        theme.set_role(self, role="hint")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setFixedHeight(18)
        self.setMinimumWidth(1)
        self._told: tuple[object, ...] = ()

    def tell(self, entries: Sequence[Entry], *, place: str = "", meaning: str = "") -> None:
        """Show the curves; `place` is where the pointer is, `meaning` what the dotted line says (cut to fit)."""
        told = (*entries, place, meaning, self.width())
        if told == self._told:  # laying out rich text is slower than drawing the curve
            return
        self._told = told
        parts = [f"<b>{place}</b>"] if place else []
        parts += [
            f'<span style="color:{each.color}">{"╌╌" if each.dashed else "━━"}</span> {each.name} {each.value}'.rstrip()
            for each in entries
        ]
        if meaning:
            whole = f"┄ {meaning}"
            plain = re.sub("<[^>]*>", "", "   ".join([*parts, whole]))
            fits = self.fontMetrics().horizontalAdvance(plain) < self.width()
            parts.append(whole if fits else whole.split(",", maxsplit=1)[0])
        self.setText(GAP.join(parts))

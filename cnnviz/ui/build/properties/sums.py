"""The card with the sums behind a layer's output size and parameters, with its own numbers in them."""

from __future__ import annotations

from functools import partial
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from cnnviz.errors import CnnvizError
from cnnviz.layers.calculation import RESULT, Calculation
from cnnviz.ui import theme
from cnnviz.ui.build.wording import axis_order, told
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import label


class Sums(QFrame):
    """Rule and numbers, one pair for each sum; options in the colour of controls, results bold.

    `pointed` carries the option whose number the mouse is on, or an empty text; `picked` the one that was clicked.
    """

    pointed = Signal(str)
    picked = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = session.document
        self._order = partial(axis_order, session)
        self._sums: tuple[Calculation, ...] = ()
        theme.set_role(self, role="card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        self.text = label("", "mono")
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self.text.linkHovered.connect(self.pointed)
        self.text.linkActivated.connect(self.picked)
        self.text.setWordWrap(True)
        self.text.setAccessibleName("sums of the output size")
        layout.addWidget(self.text)
        theme.changed.connect(self._write)

    def show_node(self, name: str) -> bool:
        """Show a node's sums; say whether there are any (there are none while its inputs don't fit)."""
        row = self._document.report.row(name)
        layer = self._document.graph.node(name).layer
        self._sums = ()
        if row.inputs is not None:
            try:
                layer.out_shape(*row.inputs)  # what does not fit is told in its words
                self._sums = layer.calculations(*row.inputs)
            except CnnvizError as error:
                self.text.setText(_colored(escape(told(str(error), row.inputs, self._order())), "err"))
                return True
        self._write()
        return bool(self._sums)

    def plain(self) -> str:
        """Return the worked sums without colours."""
        return "\n".join(each.worked for each in self._sums)

    def _write(self) -> None:
        if self._sums:
            self.text.setText("".join(_html(each) for each in self._sums))


def _html(found: Calculation) -> str:
    rule = _subscripts(escape(found.rule))
    worked = "".join(map(_piece, found.pieces))
    return f'<p style="line-height:150%; margin:2px 0 6px 0">{_colored(rule, "t3")}<br>{worked}</p>'


def _piece(piece: tuple[str, str]) -> str:
    text, name = escape(piece[0]), piece[1]
    if name == RESULT:
        return f"<b>{_colored(text, 't1')}</b>"
    if not name:
        return _colored(text, "t2")
    return f'<a href="{name}" style="color:{theme.current().acc}; text-decoration:none">{text}</a>'


def _colored(text: str, token: str) -> str:
    return f'<span style="color:{getattr(theme.current(), token)}">{text}</span>'


def _subscripts(rule: str) -> str:
    return rule.replace("d_in", "d<sub>in</sub>").replace("d_out", "d<sub>out</sub>")

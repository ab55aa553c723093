"""The input: where a number comes from outside."""

from __future__ import annotations

from PySide6.QtCore import Qt

from cnnviz.ui import numbers
from cnnviz.ui.inspect.account import Line
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.chrome import label


@view("Given")
class SourceView(View):
    """One number, given by the sample."""

    title = "Given"
    sums = False

    def __init__(self) -> None:
        super().__init__()
        self.value = label("", "title")
        self.sentence = label("", "secondary")
        self.sentence.setWordWrap(True)
        self.column.addStretch(1)
        for part in (self.value, self.sentence):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.column.addWidget(part)
        self.column.addStretch(2)

    def refresh(self) -> None:
        if self.frame is None:
            return
        value, place = self.frame.explanation.result, self.frame.index
        self.value.setText(numbers.fixed(value, self.digits))
        if len(self.frame.trace.graph.summary().inputs) > 1 and not self.frame.array.any():
            self.sentence.setText("The sample has another shape than this input, which is given zeros.")
            return
        byte = f", {round(value * 255)} of 255 as a byte" if 0 <= value <= 1 else ""
        where = ", ".join(str(entry) for entry in place[1:])
        self.sentence.setText(
            f"The sample's own value at ({where}) of channel {place[0]}{byte}. Nothing was computed yet."
        )

    def subtitle(self, frame: Frame) -> str:
        return "a value of the sample"

    def counted(self, frame: Frame) -> str:
        return "given by the sample"

    def closing_line(self, frame: Frame, shown: tuple[Line, ...]) -> str:
        return f"x = {numbers.fixed(frame.explanation.result, self.digits)}"


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("input"), (1240, 760))

"""An embedding: the table of learned rows, with the row that the token names."""

from __future__ import annotations

from cnnviz.layers.formula import Lookup
from cnnviz.ui import numbers
from cnnviz.ui.inspect.account import Line
from cnnviz.ui.inspect.frame import Frame, reach
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.chrome import label
from cnnviz.ui.widgets.heatmap import HeatMap, Window
from cnnviz.ui.widgets.legend import Legend

AROUND = 12
"""How many rows of a long table are shown above and below the one that is read."""


@view("Lookup")
class TableView(View):
    """Marks the row and the entry that are read; nothing is added."""

    title = "Table"
    sums = False

    def __init__(self) -> None:
        super().__init__()
        self.sentence = label("", "secondary")
        self.sentence.setWordWrap(True)
        self.table, self.legend = HeatMap(name="table"), Legend()
        self.table.set_axes(False)
        self.column.addWidget(self.sentence)
        self.column.addWidget(self.table, 1)
        self.column.addWidget(self.legend)
        self.table.hovered.connect(lambda *_cell: self.spot_hovered.emit(Spot(0, (0, 0, 0, 0))))
        self.table.left.connect(lambda: self.spot_hovered.emit(None))
        self.table.clicked.connect(lambda *_cell: self.walk(Spot(0, (0, 0, 0, 0))))

    def refresh(self) -> None:
        frame = self.frame
        if frame is None or not isinstance(frame.explanation.formula, Lookup):
            return
        formula, token = frame.explanation.formula, int(frame.readings[0].values.flat[0])
        table = frame.trace.parameters[frame.owner][formula.weight]
        first = min(max(token - AROUND, 0), max(len(table) - 2 * AROUND - 1, 0))
        rows = table[first : first + 2 * AROUND + 1]
        size = reach(table)
        self.table.set_array(rows, -size, size)
        self.legend.set_scale(-size, size, f"rows {first} to {first + len(rows) - 1} of {len(table)}")
        self.table.set_window(Window(token - first, 0, 1, table.shape[1]))
        self.table.set_selected((token - first, formula.column))
        self.sentence.setText(
            f"The token is {token}: row {token} of {numbers.count(len(table))} is given out as it is. "
            f"This is its entry {formula.column}."
        )

    def counted(self, frame: Frame) -> str:
        return "the table's entry"

    def closing_line(self, frame: Frame, shown: tuple[Line, ...]) -> str:
        found = frame.explanation
        token = int(frame.readings[0].values.flat[0])
        column = found.formula.column if isinstance(found.formula, Lookup) else 0
        return f"table[{token}, {column}] = {numbers.fixed(found.result, self.digits)}"


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("embedding"), (1240, 760))

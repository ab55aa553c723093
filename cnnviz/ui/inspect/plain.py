"""Any layer that has no view of its own: its rule, and its largest summands below."""

from __future__ import annotations

from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.widgets.chrome import label


@view("")
class PlainView(View):
    """Says the rule in words; the running sum shows the numbers."""

    title = "Account"

    def __init__(self) -> None:
        super().__init__()
        self.rule = label("", "title")
        self.note = label("", "secondary")
        for part in (self.rule, self.note):
            part.setWordWrap(True)
            self.column.addWidget(part)
        self.column.addStretch(1)

    def refresh(self) -> None:
        if self.frame is not None:
            self.rule.setText(self.frame.explanation.rule)
            self.note.setText(self.frame.explanation.note)


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("conv2d"), (1240, 760))

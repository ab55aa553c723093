"""Inputs made for a channel by gradient ascent, beside the test images that it answers to most."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.explain.asking.questions import AskAny, AskIdeal, AskStrongest, Ideal
from cnnviz.explain.strongest import Finding, Strongest
from cnnviz.model.heads import main_head
from cnnviz.ui import numbers
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.inspect.asking.inquiry import Inquiry
from cnnviz.ui.inspect.asking.pane import AskPane, in_words
from cnnviz.ui.inspect.asking.pictures import as_picture, frame_of, kind_of
from cnnviz.ui.inspect.asking.tiles import Tile, Tiles
from cnnviz.ui.widgets.chrome import label

POINTED = "Map under the cursor"
STEPS = 200


class Ideals(AskPane):
    """The channel is the one under the cursor; choosing a class moves the cursor to its score."""

    title = "Ideal input"
    sentence = "What a map or a class answers to most: made from nothing, and found among the test samples"

    def __init__(self, desk: Desk) -> None:
        self.made, self.best = Tiles("inputs made for the channel"), Tiles("strongest test images")
        self.made_line, self.best_line = label("", "secondary"), label("", "secondary")
        self.target = QComboBox()
        self.ideal: Ideal | None = None
        self.found: Strongest | None = None
        self.findings: list[Finding] = []
        super().__init__(desk)
        self.searching = Inquiry(desk, "strongest", self)
        self.target.setAccessibleName("what the input is made for")
        row = QHBoxLayout()
        row.addWidget(self.made_line, 1)
        row.addWidget(self.target)
        for heading, tiles in ((row, self.made), (self.best_line, self.best)):
            part = QWidget()
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(6)
            if isinstance(heading, QHBoxLayout):
                column.addLayout(heading)
            else:
                heading.setFixedHeight(26)
                column.addWidget(heading)
            column.addWidget(tiles, 1)
            self.body.addWidget(part, 1)
        self.target.activated.connect(self._choose)
        self.best.clicked.connect(lambda at: desk.session.material.pick(self.findings[at].sample))
        self.made.clicked.connect(self._look_at_made)
        self.searching.answered.connect(self._take_strongest)
        self.searching.failed.connect(self.best_line.setText)
        self.searching.progressed.connect(lambda progress: self.best_line.setText(in_words(progress)))
        desk.session.looking.cursor_changed.connect(lambda _cursor: self.refresh())

    def wanted(self) -> AskAny | str:
        trace, cursor = self.desk.trace, self.desk.session.looking.cursor
        assert trace is not None
        self._fill_targets()
        node = cursor.node.partition(".")[0]
        if trace.graph.node(node).layer.takes_sample:
            return "This is the input itself: choose a map of a later layer in the lane above."
        return AskIdeal(node, min(cursor.map, len(trace.activation(node)) - 1), STEPS)

    def refresh(self) -> None:
        super().refresh()
        if self.isVisible() and self.desk.trace is not None and self.desk.dataset is not None:
            question = AskStrongest(self.desk.sample_count)
            if not self.desk.takes_long(question):
                self.searching.ask(question)
            else:
                self.best_line.setText(
                    f"Open Examples at the right to look through the test {self.desk.noun}s."
                )

    def show_answer(self, question: Any, answer: Any) -> None:
        self.ideal = answer
        shape = answer.images.shape[1:]
        low, high = answer.limits
        frame = frame_of(answer.field, shape)
        self.made.set_tiles(
            [
                Tile(_bright(as_picture(image, None), low, high), numbers.compact(float(value), 4), "", frame)
                for image, value in zip(answer.images, answer.values, strict=True)
            ],
            across=2,
        )
        self._compare()

    def forget(self) -> None:
        self.ideal, self.found, self.findings = None, None, []
        self.best.set_tiles([])

    def _take_strongest(self, _question: Any, answer: Any) -> None:
        self.found = answer
        self._compare()

    def _compare(self) -> None:
        """Show both beside each other, with the largest values reached."""
        made, found = self.ideal, self.found
        if made is None:
            return
        self.made_line.setText(f"Made for {made.node} {kind_of(made.index)} {made.channel}")
        self.say("Gradient ascent from four random starts, kept smooth and within the range of the data.")
        if found is None or made.node not in found.nodes:
            return
        best = found.nodes[made.node]
        self.findings = best.of(made.channel)
        self.best.set_tiles(
            [
                Tile(as_picture(self.desk.sample(each.sample), None), numbers.compact(each.value, 4))
                for each in self.findings
            ],
            across=3,
        )
        count = numbers.count(found.looked_at)
        self.best_line.setText(f"The strongest of {count} test {self.desk.noun}s")
        reached, largest = float(made.values[0]), float(best.values[0, made.channel])
        times = f" ({numbers.compact(reached / largest, 3)} times as much)" if largest > 0 < reached else ""
        self.say(
            f"Reached {numbers.compact(reached, 4)}; the largest on {count} test {self.desk.noun}s is "
            f"{numbers.compact(largest, 4)}{times}. Gradient ascent from four random starts, "
            f"kept smooth and within the range of the data. A number is the largest value of the map."
        )

    # -- choosing -----------------------------------------------------------------------------------------------

    def _fill_targets(self) -> None:
        """Offer the classes where the network names some; show the one that the cursor is at."""
        trace, cursor = self.desk.trace, self.desk.session.looking.cursor
        assert trace is not None
        head = main_head(trace.graph)
        names = [f"Class {self.desk.class_name(at)}" for at in range(head.shape[0] if head.classifies else 0)]
        texts = [POINTED, *names]
        if [self.target.itemText(at) for at in range(self.target.count())] != texts:
            self.target.clear()
            self.target.addItems(texts)
        self.target.setVisible(bool(names))
        at_class = cursor.node == head.source and cursor.map < len(names)
        self.target.setCurrentIndex(cursor.map + 1 if at_class else 0)

    def _choose(self, at: int) -> None:
        trace = self.desk.trace
        if at > 0 and trace is not None:
            head = main_head(trace.graph)
            place = tuple(entry // 2 for entry in head.shape[1:])
            self.desk.session.looking.point(node=head.source, map=at - 1, position=place)

    def _look_at_made(self, at: int) -> None:
        """Look at an input that was made, as if it had been drawn."""
        made = self.ideal
        if made is not None:
            title = f"made for {made.node} {kind_of(made.index)} {made.channel}"
            self.desk.session.material.draw(made.images[at], title)


def _bright(picture: Any, low: float, high: float) -> Any:
    """Return a picture in 0..1, where the data have another range."""
    return picture if (low, high) == (0.0, 1.0) else (picture - low) / (high - low)

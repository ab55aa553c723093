"""The code of a layer, laid out in a plane: every point a test image, its nearest neighbours beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtWidgets import QComboBox

from cnnviz.events import Array
from cnnviz.explain.asking.planes import Plane, neighbours, principal_plane, tsne
from cnnviz.explain.asking.questions import AskCode, Code
from cnnviz.layers import times
from cnnviz.ui import numbers
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.inspect.asking.pane import AskPane
from cnnviz.ui.inspect.asking.pictures import as_picture
from cnnviz.ui.inspect.asking.scatter import Scatter
from cnnviz.ui.widgets.chrome import Segmented, label
from cnnviz.ui.widgets.gallery import Caption, Gallery

PCA, TSNE = "PCA", "t-SNE"
COUNTS = (500, 1000, 2000, 5000, 10_000)
USUAL = 1000
MOST_NUMBERS = 1 << 23
"""A table of codes has at most so many numbers: 32 MB."""
MOST_READ = 2048
"""With more samples than this, a code has at most so many numbers, as the components are found from their products."""
MOST_SETTLED = 2000
"""t-SNE weighs every pair of samples: of so many, a second lasts some thirty steps."""
NEIGHBOURS = 9
SIDE = 236


class CodeMap(AskPane):
    """A click on a point looks at that image; the layer is the one under the cursor."""

    title = "Code map"
    sentence = "What a layer tells apart: its values for many images, laid out in a plane"

    def __init__(self, desk: Desk) -> None:
        self.scatter = Scatter()
        self.way = Segmented((PCA, TSNE), name="how the code is laid out")
        self.count = QComboBox()
        self.gallery = Gallery(name="nearest neighbours")
        self.near = label("", "secondary")
        self.code: Code | None = None
        self.plane: Plane | None = None
        self.found: Array = np.zeros(0, np.int64)
        """The neighbours that are shown."""
        self._planes: dict[tuple[int, str], Plane] = {}
        super().__init__(desk)
        for count in COUNTS:
            self.count.addItem(f"{numbers.count(count)} images", count)
        self.count.setCurrentIndex(COUNTS.index(USUAL))
        self.count.setAccessibleName("how many test images")
        self.body.addWidget(self.scatter, 1)
        self.near.setWordWrap(True)
        self.add_side(SIDE, (self.way, self.count), self.near, self.gallery, tall=self.gallery)
        self.way.chosen.connect(lambda _way: self._lay_out())
        self.count.activated.connect(lambda _at: self.refresh())
        self.scatter.clicked.connect(self._look_at)
        self.gallery.clicked.connect(lambda at: self._look_at(int(self.found[at])))
        looking = desk.session.looking
        looking.cursor_changed.connect(lambda _cursor: self.refresh())
        desk.session.material.sample_changed.connect(self._follow_sample)

    # -- asking -------------------------------------------------------------------------------------------------

    def wanted(self) -> AskCode:
        count = min(int(self.count.currentData()), self.desk.sample_count)
        if self.way.value() == TSNE:
            count = min(count, MOST_SETTLED)
        most = MOST_NUMBERS // max(count, 1)
        node = self.desk.session.looking.cursor.node.partition(".")[0]
        return AskCode(node, count, min(most, MOST_READ) if count > MOST_READ else most)

    def show_answer(self, question: Any, answer: Any) -> None:
        if isinstance(answer, Code):
            if answer is not self.code:
                self.code, self.plane, self._planes = answer, None, {}
            self._lay_out()
            return
        self._planes[question] = answer
        self._show_plane(answer)

    def forget(self) -> None:
        self.code, self.plane, self._planes = None, None, {}

    def _lay_out(self) -> None:
        """Show the plane of the code in the way that is chosen; that of t-SNE takes a while."""
        code, way = self.code, str(self.way.value())
        wanted = self.wanted()
        if (
            code is None
            or not isinstance(wanted, AskCode)
            or (code.node, len(code.values)) != (wanted.node, wanted.count)
        ):
            self.refresh()
            return
        key = (id(code), way)
        if key in self._planes:
            self._show_plane(self._planes[key])
        elif way == PCA:
            self.inquiry.work(key, iter(_principal(code.values)))
        else:
            self.inquiry.work(key, tsne(code.values))

    # -- showing ------------------------------------------------------------------------------------------------

    def _show_plane(self, plane: Plane) -> None:
        code = self.code
        assert code is not None
        self.plane = plane
        count = len(code.values)
        classes = np.array([self.desk.label(at) for at in range(count)])
        self.scatter.set_points(plane.points, classes, self.desk.classes, self._picture)
        self.say(f"{_of_code(code)} {_of_plane(plane)}")
        self._follow_sample()

    def _picture(self, number: int) -> Array:
        return as_picture(self.desk.sample(number), None)

    def _follow_sample(self) -> None:
        """Ring the image that is looked at, and show what lies nearest to it in the code itself."""
        sample, code = self.desk.session.material.sample, self.code
        if code is None or self.plane is None or not self.isVisible():
            return
        at = sample.index if sample is not None and 0 <= sample.index < len(code.values) else None
        if at is None:
            self.scatter.set_selected(None)
            self.found = np.zeros(0, np.int64)
            self.gallery.set_images([])
            self.near.setText("Click on a point: its image is looked at, its neighbours appear here.")
            return
        self.found, distances = neighbours(code.values, at, NEIGHBOURS)
        self.scatter.set_selected(at, self.found.tolist())
        captions = [
            self._caption(number, distance) for number, distance in zip(self.found, distances, strict=True)
        ]
        self.gallery.set_images([self._picture(int(number)) for number in self.found], captions)
        own = self.desk.label(at)
        same = sum(self.desk.label(int(number)) == own for number in self.found)
        told = f" {same} of {len(self.found)} are of its class." if own >= 0 else ""
        self.near.setText(f"Nearest to #{at} in the code, not in the plane.{told}")

    def _caption(self, number: int, distance: float) -> Caption:
        label_ = self.desk.label(int(number))
        name = self.desk.class_name(label_) if label_ >= 0 else f"#{number}"
        return Caption(f"{name}  {numbers.compact(float(distance), 3)}")

    def _look_at(self, number: int) -> None:
        self.desk.session.material.pick(number)


def _principal(values: Array) -> Any:
    from cnnviz.events import Answer, Progress

    yield Progress("Principal components", 0)
    yield Answer(principal_plane(values))


def _of_code(code: Code) -> str:
    """Say what the code of an image is."""
    whole = times(code.shape)
    count = numbers.count(len(code.values))
    if not code.grid:
        return f"{code.node}: all {whole} values of {count} test images."
    means = times((code.shape[0], *code.grid))
    return f"{code.node}: {whole} values of {count} test images, averaged over areas to {means}."


def _of_plane(plane: Plane) -> str:
    if plane.shares:
        shares = " and ".join(numbers.percent(share) for share in plane.shares)
        return f"Principal components 1 and 2 hold {shares} of the variance."
    return "t-SNE keeps neighbours together; distances between groups, and their sizes, mean nothing."

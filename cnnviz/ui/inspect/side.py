"""The column on the right: the answer, and below it the sample: from the test set, or drawn."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from cnnviz.data.adapt import adapted
from cnnviz.data.vary import varied
from cnnviz.data.voxels import is_solid, upright
from cnnviz.explain import Box
from cnnviz.explain.trace import Array
from cnnviz.model.whatif import Variation
from cnnviz.ui import numbers, theme
from cnnviz.ui.browse.rendering import is_series
from cnnviz.ui.inspect.answer import ProbabilityPanel
from cnnviz.ui.inspect.asking.attribution import AttributionPanel
from cnnviz.ui.inspect.asking.attributionexamples import ExamplesPanel
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.inspect.sample import Pad, SamplePicture
from cnnviz.ui.inspect.series.samplecurves import SampleCurves, in_units
from cnnviz.ui.inspect.volumes import volume
from cnnviz.ui.state import Sample, Session
from cnnviz.ui.widgets.chrome import Elided, Panel, Segmented, button, label, tool_button
from cnnviz.ui.widgets.digitpad import SIDE
from cnnviz.ui.widgets.heatmap import Window
from cnnviz.ui.widgets.pages import Pages

TEST, DRAW = "Test set", "Draw"


class SamplePanel(Panel):
    """Choose an image of the test set, or draw one; everything follows while drawing."""

    field_changed = Signal(object)
    effective_wanted = Signal(bool)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._drawing = False
        self._slice: int | None = None
        self._dashed = ""
        self.tabs = Segmented([TEST, DRAW], name="where the sample comes from")
        self.add_to_header(self.tabs)
        self.picture, self.pad, self.curves = SamplePicture(), Pad(), SampleCurves()
        self.title = Elided("", "secondary")
        self.hint = label("", "hint")
        self.hint.setWordWrap(True)
        self.effective = button("Effective field", small=True)
        self.effective.setCheckable(True)
        self.effective.toggled.connect(self.effective_wanted)
        self.number = QLineEdit()
        self._assemble()
        self.tabs.chosen.connect(self._turn)
        self.pad.changed.connect(self._draw)
        self.number.returnPressed.connect(self._go)
        material = session.material
        material.sample_changed.connect(self.refresh)
        material.dataset_changed.connect(self._call_it)
        self._call_it()
        session.document.tried.connect(self.refresh)
        self.refresh()

    def _assemble(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.picture)
        self._pages.addWidget(self.pad)
        self._pages.addWidget(self.curves)
        self._pages.setMinimumHeight(140)
        self.number.setFixedWidth(64)
        self.number.setValidator(QIntValidator(0, 9_999_999, self))
        self.number.setAccessibleName("number in the test set")
        theme.set_role(self.number, role="number", small=True)
        self.before = tool_button("chevron-left", "", lambda: self.turn_page(-1), quiet=False)
        self.after = tool_button("chevron-right", "", lambda: self.turn_page(1), quiet=False)
        self.dice = button("", icon="dice", small=True)
        self.dice.clicked.connect(self.pick_any)
        self.erase = tool_button(
            "eraser", "Erase (or draw with the right button)", checkable=True, quiet=False
        )
        self.erase.toggled.connect(self.pad.set_eraser)
        self.clear = button("Clear", small=True)
        self.clear.clicked.connect(self.pad.clear)
        row = QHBoxLayout()
        row.setSpacing(6)
        for part in (self.before, self.number, self.after, self.dice, self.erase, self.clear):
            row.addWidget(part)
        row.addStretch(1)
        self.body.addWidget(self._pages, 1)
        self.body.addWidget(self.title)
        about = QHBoxLayout()
        about.addWidget(self.hint, 1)
        about.addWidget(self.effective)
        self.body.addLayout(about)
        self.body.addLayout(row)

    # -- what is shown ------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the sample that is looked at."""
        sample = self._session.material.sample
        drawn = sample is not None and sample.index < 0 and sample.label < 0
        drawing = self._pages.currentWidget() is self.pad and self._can_draw()
        self._show_tools(DRAW if drawing else TEST)
        if sample is None:
            self.title.setText("No sample yet.")
            return
        self.title.setText(sample.title)
        self.number.setText(str(sample.index) if sample.index >= 0 else "")
        picture = flat_picture(self._seen(sample), self._slice)
        self.picture.set_array(picture, 0.0, 1.0)
        if is_series(sample.image.shape):
            dataset = self._session.material.dataset
            self.curves.show_sample(*in_units(self._seen(sample), sample.answer, dataset))
        if not drawn:
            self._show_tools(TEST)
        elif not self._drawing and self._can_draw():
            if sample.image.ndim == 3:
                self.pad.set_image(picture)
            self._show_tools(DRAW)

    @property
    def noun(self) -> str:
        """Return what a sample of the data is called."""
        dataset = self._session.material.dataset
        return dataset.noun if dataset is not None else "image"

    def _call_it(self) -> None:
        """Call the samples what they are."""
        noun, classes = self.noun, self._session.material.dataset
        self.before.setToolTip(f"Previous test {noun}")
        self.after.setToolTip(f"Next test {noun}  I")
        self.dice.setText(f"Any {noun}")
        named = "; 0 to 9 take the next one of that class" if classes and classes.classes else ""
        self.dice.setToolTip(f"Any {noun} of the test set{named}")
        what = "pixel" if noun == "image" else "number"
        self.effective.setToolTip(
            f"How much each {what} moves this value: |∂value/∂{what}|, laid over the {noun}"
        )

    def show_slice(self, at: int, of: int) -> None:
        """Show the slice (the moment of a video) that the value lies in, where the sample has as many."""
        sample = self._session.material.sample
        fits = sample is not None and sample.image.ndim == 4 and sample.image.shape[1] == of
        wanted = at if fits else None
        if wanted != self._slice and sample is not None:
            self._slice = wanted
            self.picture.set_array(flat_picture(self._seen(sample), wanted), 0.0, 1.0)

    def set_field(self, field: Box | None) -> None:
        """Frame what the value depends on."""
        self.picture.set_field(upright_box(field))
        self.pad.set_field(field)
        self.curves.set_field(field)
        self.field_changed.emit(field)
        sizes = [end - first for first, end in field][-2:] if field is not None else []
        what = "pixels" if field is not None and len(field) > 2 else "numbers"
        self._dashed = f"Dashed: receptive field, {sizes[0]}×{sizes[1]} {what}." if len(sizes) == 2 else ""
        self.hint.setText(self._dashed)

    def set_spotted(self, box: Box | None) -> None:
        """Mark the part of the sample that the cell under the pointer comes from."""
        placed = upright_box(box)
        (top, bottom), (left, right) = placed[-2:] if placed is not None else ((0, 0), (0, 0))
        self.picture.set_window(Window(top, left, bottom - top, right - left) if placed is not None else None)
        self.curves.set_spotted(box[1] if box is not None and len(box) == 2 else None)

    def set_shares(self, shares: Array | None) -> None:
        """Show how much each pixel moves the value, and how many of them make most of it."""
        usable = shares if shares is not None and shares.ndim == 2 else None
        sample = self._session.material.sample
        if usable is not None and sample is not None and sample.image.ndim == 2:
            usable = usable.T
        self.picture.set_shares(usable)
        self.hint.setText(
            self._dashed if usable is None else f"{self._dashed} {concentrated(usable)}".strip()
        )

    def turn_page(self, by: int) -> None:
        """Look at a neighbour in the test set."""
        sample = self._session.material.sample
        at = sample.index if sample is not None else -1
        self._session.material.pick(at + by if at >= 0 else 0)

    def pick_any(self) -> None:
        """Look at any image of the test set."""
        dataset = self._session.material.dataset
        if dataset is not None and len(dataset.test):
            self._session.material.pick(int(np.random.default_rng().integers(len(dataset.test))))

    def _go(self) -> None:
        if self.number.text():
            self._session.material.pick(int(self.number.text()))

    def _turn(self, which: str) -> None:
        """Go on with the picture that is shown as a drawing, or return to the test set."""
        sample = self._session.material.sample
        if which == DRAW and sample is not None and self._can_draw():
            self.pad.set_image(adapted(self._seen(sample), (1, SIDE, SIDE))[0])
            self._show_tools(DRAW)
        elif which == TEST:
            self._show_tools(TEST)
            if sample is None or sample.index < 0:
                self._session.material.pick(0)
        else:
            self.tabs.set_value(TEST)

    def _can_draw(self) -> bool:
        sample = self._session.material.sample
        return sample is not None and (sample.image.shape == (1, SIDE, SIDE) or is_solid(sample.image.shape))

    def _show_tools(self, which: str) -> None:
        self.tabs.set_value(which)
        draw = which == DRAW
        sample = self._session.material.sample
        series = sample is not None and is_series(sample.image.shape)
        self._pages.setCurrentWidget(self.pad if draw else self.curves if series else self.picture)
        can = self._can_draw()
        self.tabs.part(DRAW).setEnabled(can)
        self.tabs.part(DRAW).setToolTip(
            "" if can else f"Only images of {SIDE}×{SIDE} and digits of voxels can be drawn here"
        )
        drawing: tuple[QWidget, ...] = (self.erase, self.clear)
        choosing: tuple[QWidget, ...] = (self.before, self.after, self.number, self.dice)
        for part in (*drawing, *choosing):
            part.setVisible((part in drawing) == draw)

    def _seen(self, sample: Sample) -> Array:
        """Return the image as the network sees it: moved, while that is tried out."""
        return varied(sample.image, self._session.document.whatif.variation)

    def _draw(self, image: Array) -> None:
        """Go on with what is on the pad; where it was moved, the pad shows it so."""
        self._drawing = True
        document = self._session.document
        try:
            if document.whatif.variation:
                document.attempt("Draw on the moved image", document.whatif.varying(Variation()))
            sample = self._session.material.sample
            solid = sample is not None and is_solid(sample.image.shape)
            channels = len(sample.image) if sample is not None else 1
            self._session.material.draw(upright(image, channels) if solid else image[None])
        finally:
            self._drawing = False


def concentrated(shares: Array) -> str:
    """Say how few pixels make half of a gradient's sum."""
    sizes = np.sort(np.abs(shares).ravel())[::-1].cumsum()
    if not sizes[-1]:
        return "No pixel moves it now."
    half = int(np.searchsorted(sizes, sizes[-1] / 2)) + 1
    return f"Shaded: how much each counts; {numbers.count(half)} make half of it."


def upright_box(box: Box | None) -> Box | None:
    """Return a box of a sequence (features, steps) as it lies in its picture, which has a row for each step."""
    return ((0, 1), box[1], box[0]) if box is not None and len(box) == 2 else box


def flat_picture(image: Array, at: int | None = None) -> Array:
    """Return a sample as one grey picture (H, W): the mean of its channels, one of its slices (else the middle)."""
    if image.ndim == 1:
        return image[None]
    if image.ndim == 2:  # many features: a row for each step, as a digit is read
        return np.asarray(image.T)
    found = volume(image).mean(axis=0)
    return np.asarray(found[at if at is not None and at < len(found) else len(found) // 2])


class SideColumn(QWidget):
    """The answer above; below, at choice, the sample or which part of it the answer rests on."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.probabilities = ProbabilityPanel()
        self.sample = SamplePanel(session)
        self.attribution = AttributionPanel(session)
        self.desk = Desk(session, self)
        self.examples = ExamplesPanel(self.desk)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self._pages = Pages()
        parts = (
            (self.sample.noun.capitalize(), self.sample),
            ("Why", self.attribution),
            ("Examples", self.examples),
        )
        for name, page in parts:
            self.add_page(name, page)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        session.material.dataset_changed.connect(self._call_it)
        self.sample.field_changed.connect(self.attribution.picture.set_field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.probabilities, 0)
        column.addWidget(_on_panel(self.tabs))
        column.addWidget(self._pages, 1)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _call_it(self) -> None:
        """Call the samples what they are."""
        self.tabs.setTabText(0, self.sample.noun.capitalize())

    def add_page(self, name: str, page: QWidget) -> None:
        """Offer something else below the answer."""
        self.tabs.addTab(name)
        self._pages.addWidget(page)

    def show_page(self, name: str) -> None:
        """Bring a page to the front; ValueError where there is none of this name."""
        names = [self.tabs.tabText(at) for at in range(self.tabs.count())]
        self.tabs.setCurrentIndex(names.index(name))


def _on_panel(tabs: QTabBar) -> QWidget:
    """Return the tabs on the ground of the panels below."""
    ground = QWidget()
    ground.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    theme.set_role(ground, role="panel")
    row = QHBoxLayout(ground)
    row.setContentsMargins(8, 4, 8, 0)
    row.addWidget(tabs)
    row.addStretch(1)
    return ground

"""The volume on the left: what the value reads, its map, the sample, or a heat map on the sample."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cnnviz.explain import Box, Trace
from cnnviz.explain.attribution import METHODS, Attribution, Question, obstacle
from cnnviz.ui.inspect.asking.attributiontargets import PREDICTED, targets_of
from cnnviz.ui.inspect.asking.attributionworker import AttributionWorker
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.voxels import contents
from cnnviz.ui.inspect.voxels.contents import INPUT, MAP, OVERLAYS, SAMPLE, Content
from cnnviz.ui.state import Session
from cnnviz.ui.voxels import VoxelViewer
from cnnviz.ui.widgets.chrome import Panel, Segmented, label
from cnnviz.ui.widgets.legend import Legend

NONE = "This value has no volume to show here: choose the sample, or another layer."
GHOSTS = "What lies before the slice is ghosted."


class VolumePane(Panel):
    """`pointed` carries the node and the voxel (z, y, x) that was clicked."""

    pointed = Signal(str, object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self.worker = AttributionWorker(session, "attribution in space", self)
        self.viewer = VoxelViewer()
        self.which = Segmented([INPUT, MAP, SAMPLE, *OVERLAYS], name="which volume is shown")
        self.legend, self.words = Legend(), label("", "hint")
        self.channel = 0
        self.content: Content | None = None
        self._frame: Frame | None = None
        self._fields: dict[str, Box] = {}
        self._answers: dict[str, tuple[Trace, Attribution]] = {}
        self._shown: tuple[object, ...] = ()
        self.words.setWordWrap(True)
        for part, stretch in ((self.which, 0), (self.viewer, 1), (self.legend, 0), (self.words, 0)):
            self.body.addWidget(part, stretch)
        self.which.chosen.connect(lambda _which: self._show())
        self.viewer.voxel_chosen.connect(self._point)
        self.worker.answered.connect(self._keep_answer)
        self.worker.failed.connect(self._fail)

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_frame(self, frame: Frame) -> None:
        """Show another value; the receptive field is told a moment later, by `set_field`."""
        before, self._frame = self._frame, frame
        if before is None or before.node != frame.node:
            self._fields = {}
            readings = frame.readings
            sums = abs(readings[0].sums) if readings else None
            self.channel = readings[0].channels[int(sums.argmax())] if sums is not None else 0
        self._show()

    def set_field(self, frame: Frame, fields: dict[str, Box]) -> None:
        """Tell what the value depends on."""
        if frame is self._frame:
            self._fields = fields
            self._show()

    def choose(self, which: str) -> None:
        """Show another of the volumes."""
        self.which.set_value(which)
        self._show()

    def choose_channel(self, channel: int) -> None:
        """Show another of the channels that are read."""
        self.channel = channel
        self._show()

    def set_spot(self, spot: Spot | None) -> None:
        """Frame the voxel that a cell of the window lies on, while it is pointed at in another pane."""
        frame, content = self._frame, self.content
        if frame is None or content is None or self.which.value() != INPUT:
            return
        boxes = dict(content.boxes)
        if spot is not None and spot.reading == 0 and not spot.whole_channel and frame.readings:
            _, *voxel = frame.readings[0].source(spot.cell)
            boxes["cursor"] = tuple((at, at + 1) for at in voxel)
        self.viewer.set_boxes(**boxes)

    def _show(self) -> None:
        frame = self._frame
        if frame is None:
            return
        which = str(self.which.value())
        content = self._make(frame, which)
        self.content = content
        self.legend.setVisible(content is not None and content.colormap != "photo")
        if content is None:
            return
        self.set_title(f"{content.node}", content.words)
        self._show_solid(content)
        self.legend.set_scale(*content.limits, self._range_name(frame, content, which), content.colormap)
        self.words.setText(" ".join(filter(None, (content.note, GHOSTS))))

    def _make(self, frame: Frame, which: str) -> Content | None:
        """Return the volume that is asked for; where there is none, say so in its place."""
        found = None
        if which == INPUT:
            found = contents.of_input(frame, 0, self.channel)
        elif which == MAP:
            found = contents.of_map(frame)
        elif which == SAMPLE:
            found = contents.of_sample(frame, self._fields)
        else:
            return self._make_overlay(frame, OVERLAYS[which])
        if found is None:
            self._refuse(NONE)
        return found

    def _show_solid(self, content: Content) -> None:
        self.viewer.set_solid(content.solid)
        if content.place is not None:
            self.viewer.set_place(content.place)
        self.viewer.set_boxes(**content.boxes)

    def _range_name(self, frame: Frame, content: Content, which: str) -> str:
        if which in OVERLAYS:
            return {"amount": "how much", "value": "orange adds"}.get(content.colormap, "")
        return frame.range_name(content.node)

    def _refuse(self, sentence: str) -> None:
        self.viewer.refuse(sentence)
        self.set_title(str(self.which.value()), "")
        self.words.setText("")

    # -- heat maps ----------------------------------------------------------------------------------------------

    def _make_overlay(self, frame: Frame, method: str) -> Content | None:
        """Return the heat map where it is known, else ask for it."""
        trace = frame.values
        known = self._answers.get(method)
        if known is not None and known[0] is trace:
            found = contents.of_answer(frame, known[1], self._fields)
            if found is None:
                self._refuse("This map does not lie like the sample.")
            return found
        targets = targets_of(trace, frame.classes)
        question = Question(method, targets.target(PREDICTED, trace, self._session.looking.cursor))
        why = obstacle(trace.graph, question)
        self._refuse(why or f"{METHODS[method].title} is on its way.")
        if not why and not self.worker.busy:
            self.worker.ask(trace, question)
        return None

    def _keep_answer(self, asked: tuple[Trace, Question], answer: Attribution) -> None:
        self._answers[asked[1].method] = asked[0], answer
        if OVERLAYS.get(str(self.which.value())):
            self._show()

    def _fail(self, sentence: str) -> None:
        if self.which.value() in OVERLAYS:
            self._refuse(sentence)

    # -- pointing -----------------------------------------------------------------------------------------------

    def _point(self, voxel: tuple[int, int, int]) -> None:
        if self.content is not None:
            self.pointed.emit(self.content.node, voxel)

"""The Inspect workspace: lane on top, three panes below, probabilities and sample on the right."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from cnnviz.explain import Box
from cnnviz.ui import theme
from cnnviz.ui.inspect.asking.room import AskingRoom
from cnnviz.ui.inspect.bar import InspectBar
from cnnviz.ui.inspect.beside.room import BesideRoom
from cnnviz.ui.inspect.commands import make_actions
from cnnviz.ui.inspect.direction import truth_of
from cnnviz.ui.inspect.fields import Fields
from cnnviz.ui.inspect.frame import SCOPES, Frame
from cnnviz.ui.inspect.frames import Frames
from cnnviz.ui.inspect.inputpane import InputPane
from cnnviz.ui.inspect.keeping.saving import Saving
from cnnviz.ui.inspect.lane import HEIGHT, Lane
from cnnviz.ui.inspect.missing import WORDS, Banner, obstacle, remedy
from cnnviz.ui.inspect.outputpane import OutputPane
from cnnviz.ui.inspect.path import exists
from cnnviz.ui.inspect.player import Player
from cnnviz.ui.inspect.playing import Playing
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.series.room import ForecastRoom
from cnnviz.ui.inspect.side import SideColumn
from cnnviz.ui.inspect.steering import Steering
from cnnviz.ui.inspect.video.room import VideoRoom
from cnnviz.ui.inspect.voxels.room import VoxelRoom
from cnnviz.ui.inspect.walk.arrows import Arrows
from cnnviz.ui.inspect.walk.trail import Trail
from cnnviz.ui.inspect.whatif.room import WhatIfRoom
from cnnviz.ui.inspect.workpane import WorkPane
from cnnviz.ui.splitters import keep_sizes
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import EmptyState

SIDE_WIDTH, NARROW_SIDE, PANE_WIDTH, ROOMY = 332, 284, 336, 1400


class InspectWorkspace(QWidget):
    """Shows the value under the session's cursor; draws nothing while it is hidden."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.frame: Frame | None = None
        self.scope = "layer"
        self._frames = Frames(session, self.refresh)
        self._peeking = False
        self._spot: Spot | None = None
        self.steering = Steering(session, self)
        self.player = Player(self)
        self.bar, self.trail = InspectBar(self.player), Trail()
        self.banner = Banner()
        self.lane = Lane()
        self.input, self.work, self.output = InputPane(), WorkPane(), OutputPane()
        self.side = SideColumn(session)
        self.playing = Playing(self.player, self.steering, self.output)
        self.fields = Fields(session, self)
        self.saving = Saving(self, session)
        self.nothing = EmptyState("")
        self._assemble()
        self.arrows = Arrows(self)
        self._connect_session()
        self._connect_parts()
        self.whatif = WhatIfRoom(session, self)
        self.asking = AskingRoom(self)
        self._column.insertWidget(2, self.whatif.banner)
        self.beside = BesideRoom(session, self)
        self.forecast = ForecastRoom(session, self)
        self.voxels = VoxelRoom(session, self)
        self.video = VideoRoom(session, self)
        self.actions_here = make_actions(self, session)
        self.setFocusProxy(self.lane)

    def _assemble(self) -> None:
        self.panes = _splitter(Qt.Orientation.Horizontal, self.input, self.work, self.output)
        self.middle = _splitter(Qt.Orientation.Vertical, self.lane, self.panes)
        self._whole = _splitter(Qt.Orientation.Horizontal, self.middle, self.side)
        for splitter, at in ((self.panes, 1), (self.middle, 1), (self._whole, 0)):
            splitter.setStretchFactor(at, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._whole)
        self._pages.addWidget(self.nothing)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.bar)
        column.addWidget(self.banner)
        column.addWidget(self.trail)
        column.addWidget(self._pages, 1)
        self._restore_layout()

    def _connect_session(self) -> None:
        session, looking = self._session, self._session.looking
        looking.trace_changed.connect(self.refresh)
        looking.cursor_changed.connect(lambda _cursor: self.refresh())
        looking.weights_changed.connect(self._describe)
        looking.turned.connect(self.bar.direction.turn)
        session.document.changed.connect(lambda _old, _new: self._describe())
        session.document.described.connect(self._describe)
        session.material.sample_changed.connect(self._describe)
        session.settings_changed.connect(self._take_settings)
        theme.changed.connect(self.refresh)

    def _connect_parts(self) -> None:
        steering = self.steering
        self.lane.chosen.connect(steering.choose_map)
        self.lane.stepped.connect(steering.step_layer)
        self.lane.map_stepped.connect(steering.step_map)
        for pane in (self.input, self.work):
            pane.spot_hovered.connect(self._light_up)
            pane.walked.connect(steering.walk)
        self.output.chosen.connect(steering.choose)
        self.output.hovered.connect(self._peek)
        self.output.channel_chosen.connect(self.input.choose_channel)
        self.output.array_chosen.connect(steering.look_at)
        self.side.probabilities.bars.clicked.connect(steering.choose_class)
        self.bar.scope_chosen.connect(self.set_scope)
        self.bar.back.connect(steering.back)
        self.trail.chosen.connect(steering.retrace)
        self.work.batch_wanted.connect(self._session.looking.set_batch)
        self.work.flip_wanted.connect(self._frames.flip.set_node)
        self.bar.direction.turned.connect(self._session.looking.set_backward)
        self.bar.direction.supposed.connect(self._session.looking.suppose)
        self.output.weight_chosen.connect(steering.walk)
        self.fields.found.connect(self._show_field)
        self.fields.weighed.connect(lambda _frame, shares: self.side.sample.set_shares(shares))
        self.side.sample.effective_wanted.connect(self.fields.set_effective)
        self.bar.saving_wanted.connect(self._offer_saving)
        self.banner.wanted.connect(self._go_to_remedy)
        self.nothing.pressed.connect(self._go_to_remedy)

    # -- what the window asks -----------------------------------------------------------------------------------

    def actions_for_palette(self) -> list[QAction]:
        """Return what Ctrl K can find here."""
        return self.actions_here

    def toggle_sides(self) -> None:
        """Hide or show the column on the right."""
        self.side.setVisible(not self.side.isVisible())

    # -- what changes -------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._session.looking.trace_fits:
            self._session.looking.refresh()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self.player.stop()
        super().hideEvent(event)

    def refresh(self, *, hidden: bool = False) -> None:
        """Show the value under the cursor; where something else is shown in its place, only if `hidden` is wanted."""
        if not self.isVisible() or (self.video.on and not hidden):
            return
        self._describe()
        trace = self._frames.take()
        if trace is None:
            return
        self._frames.ask(trace, *self._frames.place(trace), self.scope, self._show)

    def _show(self, frame: Frame) -> None:
        """Show a value in all panes."""
        trace = frame.trace
        if self.frame is None or self.frame.node != frame.node:
            self._light_up(None)  # a cell that was chosen with keys is one of the layer before
        self.frame = self.steering.frame = frame
        self._peeking = False
        self.playing.show_frame(frame)
        self.lane.show_frame(frame)
        for pane in (self.input, self.work, self.output):
            pane.show_frame(frame)
        sample = self._session.material.sample
        decay = self._session.document.recipe.weight_decay
        state = self._frames.memories.in_words()
        self.work.show_step(self._frames.step(frame), state, self._frames.loss(frame), decay)
        self._show_answers(frame, sample.label if sample is not None else -1)
        self.side.sample.show_slice(frame.cell[1], frame.output.shape[1])
        self.bar.show_frame(frame, trace.graph.title)
        path = self.steering.path
        self.bar.back_button.setEnabled(len(path) > 0)
        self.trail.show_places(path.before, (frame.node, frame.index), path.after)
        self.fields.show_frame(frame)
        self.beside.refresh()
        self.voxels.show_frame(frame)
        self.arrows.show_move(at_once=self.player.playing or self.player.reduced or self.output.filling)

    def _show_answers(self, frame: Frame, label: int) -> None:
        """Show the probabilities, and the loss where the way back is looked at."""
        way, looking = self._frames.way, self._session.looking
        truth = truth_of(way.slopes) if way is not None else None
        material, chosen = self._session.material, label if truth is None else truth
        self.side.probabilities.show_trace(
            frame.values, frame.classes, chosen, material.sample, material.dataset
        )
        slopes = way.slopes if way is not None else None
        self.bar.direction.show_slopes(slopes, frame.classes, backward=looking.backward)

    def _take_settings(self, settings: Any) -> None:
        self.player.reduced = settings.reduce_motion
        self.lane.viewport().update()

    def _show_field(self, frame: Frame, found: dict[str, Box]) -> None:
        """Frame what the value depends on, in the lane and on the sample."""
        seen = next((found[name] for name in frame.trace.graph.summary().inputs if name in found), None)
        self.lane.set_field(found)
        self.output.set_field(seen)
        self.side.sample.set_field(seen)

    @property
    def spot(self) -> Spot | None:
        """Return the cell of a window that is pointed at, in whichever pane."""
        return self._spot

    # -- pointing -----------------------------------------------------------------------------------------------

    def _light_up(self, spot: Spot | None) -> None:
        """Show in all panes the cell that is pointed at in one."""
        if spot == self._spot:
            return
        self._spot = spot
        self.input.set_spot(spot)
        self.work.set_spot(spot)

    def _peek(self, index: tuple[int, ...] | None) -> None:
        """Show, while the pointer rests on a value, what that one is made of; the cursor stays."""
        frame = self.frame
        if frame is None or self.player.playing:
            return
        if index is None or index == frame.index or not exists(frame.trace, frame.node, index):
            self._show_peek(frame)
        else:
            self._frames.ask(frame.trace, frame.node, index, self.scope, self._show_peek)

    def _show_peek(self, wanted: Frame) -> None:
        if wanted is not self.frame or self._peeking:
            self._peeking = wanted is not self.frame
            self.input.show_frame(wanted)
            self.work.show_frame(wanted)

    # -- direction ----------------------------------------------------------------------------------------------

    def turn_round(self) -> None:
        """Look at the gradients, or at the values again."""
        self._session.looking.set_backward(not self._session.looking.backward)

    # -- range --------------------------------------------------------------------------------------------------

    def set_scope(self, scope: str) -> None:
        """Let a colour range cover a map, a layer or the network."""
        self.scope = scope
        self.bar.scope.set_value(scope)
        self.refresh()

    def next_scope(self) -> None:
        """Take the next of the three."""
        self.set_scope(SCOPES[(SCOPES.index(self.scope) + 1) % len(SCOPES)])

    # -- nothing to show ----------------------------------------------------------------------------------------

    def _describe(self) -> None:
        """Say what is missing, or where the weights come from."""
        if not self.isVisible():
            return
        looking, why = self._session.looking, obstacle(self._session)
        word = WORDS.get(remedy(self._session), "")
        self.bar.show_origin(looking.origin)
        something = looking.trace_is_ours and len(self._session.document.graph) > 0
        self._pages.setCurrentWidget(self._whole if something else self.nothing)
        self.nothing.set_sentence(why or "The network is about to look at its first image.", word)
        untrained = "" if looking.trained else "Not trained: these weights are random."
        self.banner.say((why or untrained) if something else "", word)

    def _go_to_remedy(self) -> None:
        self._session.go_to.emit(remedy(self._session))

    # -- keys and layout ----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        slices = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            backwards = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.player.toggle(-1 if backwards else 1)
        elif Qt.Key(event.key()) in slices:
            self.steering.step_depth(slices[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to change and to save what is under the pointer."""
        here, place = self.childAt(event.pos()), event.globalPos()
        if not self.saving.open_menu(here, place, self.whatif.actions_at(here, place)):
            super().contextMenuEvent(event)

    def _offer_saving(self) -> None:
        QMenu.exec(self.saving.actions, self.bar.save.mapToGlobal(self.bar.save.rect().bottomLeft()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew, as long as nobody has moved the borders."""
        super().resizeEvent(event)
        kept = dict(self._session.settings.layout)
        side = SIDE_WIDTH if self.width() >= ROOMY else NARROW_SIDE
        left = self.width() - side
        pane = min(max(round(left * 0.3), 240), PANE_WIDTH)
        if "inspect-side" not in kept:
            self._whole.setSizes([left, side])
        if "inspect-panes" not in kept:
            self.panes.setSizes([pane, left - 2 * pane, pane])

    def _restore_layout(self) -> None:
        kept = dict(self._session.settings.layout)
        self.player.reduced = self._session.settings.reduce_motion
        for name, splitter, usual in (
            ("inspect-side", self._whole, (1000, SIDE_WIDTH)),
            ("inspect-lane", self.middle, (HEIGHT, 560)),
            ("inspect-panes", self.panes, (PANE_WIDTH, 520, PANE_WIDTH)),
        ):
            splitter.setSizes(list(kept.get(name, usual)))
            keep_sizes(splitter, name, self._session)


def _splitter(orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
    made = QSplitter(orientation)
    made.setChildrenCollapsible(False)
    for part in parts:
        made.addWidget(part)
    return made

"""The Build workspace: palette, canvas and properties side by side, the strip below the canvas."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from cnnviz.layers import LAYERS
from cnnviz.model.check import Fix
from cnnviz.model.graph import Graph
from cnnviz.model.groups.folding import outermost_folded
from cnnviz.model.placing.layout import Direction
from cnnviz.ui import theme
from cnnviz.ui.build.arrange import best_layout
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.canvas.minimap import Minimap
from cnnviz.ui.build.canvas.noteediting import NoteEditor
from cnnviz.ui.build.canvas.popover import Popover
from cnnviz.ui.build.canvas.renaming import NameEditor
from cnnviz.ui.build.canvas.samples import SampleButtons, sample_view
from cnnviz.ui.build.canvas.search import SearchBar
from cnnviz.ui.build.canvas.thumbnails import Thumbnails
from cnnviz.ui.build.canvas.toolbar import CanvasTools, Invitation
from cnnviz.ui.build.commands import Commands
from cnnviz.ui.build.comparing import Comparison
from cnnviz.ui.build.gestures.grouping import Grouping
from cnnviz.ui.build.palette.palette import USUAL, Palette
from cnnviz.ui.build.properties.form import Properties
from cnnviz.ui.build.selection import Selection
from cnnviz.ui.build.strip.strip import BottomStrip
from cnnviz.ui.splitters import keep_sizes
from cnnviz.ui.state import Session

ICONS_BELOW = 1300
"""Width of the window below which the palette shows pictograms only."""
LAYOUTS: tuple[tuple[str, str, Direction], ...] = (
    ("Auto-layout downwards", "L", "down"),
    ("Auto-layout to the right", "Shift+L", "right"),
)
PROPERTIES, STRIP = 320, 128


class BuildWorkspace(QWidget):
    """Wires its panels to each other; everything they show comes from the session."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.selection = Selection(self)
        self.palette_panel = Palette()
        self.canvas = Canvas(session, self.selection)
        self.properties = Properties(session, self.selection)
        self.strip = BottomStrip(session)
        self.thumbnails = Thumbnails(self.canvas)
        self.tools = CanvasTools(self.canvas, self.thumbnails)
        self.minimap = Minimap(self.canvas)
        self.invitation = Invitation(self.canvas)
        self.names = NameEditor(self.canvas)
        self.popover = Popover(self.canvas)
        self.sample_buttons = SampleButtons(self.canvas)
        self.notes = NoteEditor(self.canvas)
        self.grouping = Grouping(self.canvas, self.names.start_group)
        self.search = SearchBar(self.canvas)
        self.commands = Commands(
            self.canvas, self.grouping, self.notes, self.search, self._rename, self.inspect
        )
        self.comparison: Comparison | None = None
        tip = "What was added, removed and changed, beside another network"
        self.commands.add("Compare networks", ("Ctrl+Shift+C",), tip, self.compare)
        self._fresh = not session.document.empty
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.middle = QSplitter(Qt.Orientation.Vertical)
        self.middle.addWidget(self.canvas)
        self.middle.addWidget(self.strip)
        self.across = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.palette_panel, self.middle, self.properties):
            self.across.addWidget(part)
        for splitter, stretching in ((self.across, 1), (self.middle, 0)):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
            splitter.setStretchFactor(stretching, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.across)
        self.properties.setMinimumWidth(260)
        sizes = dict(self.session.settings.layout)
        self.across.setSizes(list(sizes.get("build across", (USUAL, 800, PROPERTIES))))
        self.middle.setSizes(list(sizes.get("build middle", (600, STRIP))))
        keep_sizes(self.across, "build across", self.session)
        keep_sizes(self.middle, "build middle", self.session)

    def _connect(self) -> None:
        session, canvas = self.session, self.canvas
        session.document.changed.connect(self._follow)
        session.document.replaced.connect(self._start_afresh)
        session.material.sample_changed.connect(self._show_sample)
        self.palette_panel.chosen.connect(lambda kind: self.commands.add_layer(LAYERS[kind]()))
        self.palette_panel.template_chosen.connect(self.session.open_template)
        self.invitation.template_asked.connect(lambda: self.palette_panel.show_page("templates"))
        self.tools.tidy_pressed.connect(self.tidy)
        self.palette_panel.wants_width.connect(self._give_palette)
        for text, key, direction in LAYOUTS:
            tip = "Put all cards in order; one step to undo"
            self.commands.add(text, (key,), tip, partial(self.tidy, direction))
        canvas.asked_to_inspect.connect(self.inspect)
        canvas.button_pressed.connect(self.sample_buttons.press)
        canvas.group_pressed.connect(self.grouping.toggle)
        self._connect_groups()
        self.properties.inspect_pressed.connect(self.inspect)
        self.strip.node_chosen.connect(self.show_node)
        self.strip.fix_chosen.connect(self.apply_fix)
        theme.changed.connect(self._show_sample)

    def _connect_groups(self) -> None:
        form, blocks = self.properties.group, self.palette_panel.blocks
        form.toggled.connect(self.grouping.toggle)
        form.retitled.connect(self.grouping.retitle)
        form.renamed.connect(self.grouping.select)
        form.repeat_pressed.connect(self.grouping.repeat)
        form.stack_pressed.connect(self.grouping.stack)
        form.dissolve_pressed.connect(self.grouping.dissolve)
        form.save_pressed.connect(self._save_block)
        form.node_chosen.connect(self.show_member)
        blocks.chosen.connect(self.grouping.add_block)
        blocks.told.connect(lambda text: self.session.notice.emit("warning", text))

    def actions_for_palette(self) -> list[QAction]:
        """Return what can be done here, for the command list."""
        return self.commands.actions

    def toggle_sides(self) -> None:
        """Hide both side panels, or bring them back."""
        shown = self.palette_panel.isVisible() or self.properties.isVisible()
        self.palette_panel.setVisible(not shown)
        self.properties.setVisible(not shown)

    # -- following the session ----------------------------------------------------------------------------------

    def _start_afresh(self) -> None:
        """Another document comes: nothing stays selected, and the view fits it as soon as it is shown."""
        self.selection.set()
        self._fresh = not self.session.document.empty

    def _follow(self, old: Graph, new: Graph) -> None:
        self.invitation.show_if(self.session.document.empty)
        if self._fresh and self.isVisible():
            self._fresh = False
            self.canvas.fit()
        if any(node.layer.takes_sample for node in new) and not any(node.layer.takes_sample for node in old):
            self._show_sample()

    def _show_sample(self) -> None:
        self.canvas.content.show_sample(sample_view(self.session.material.sample))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.invitation.show_if(self.session.document.empty)
        self.canvas.setFocus()
        self.thumbnails.show(True)
        self._show_sample()
        if self._fresh and not self.session.document.empty:
            self._fresh = False
            self.canvas.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        small = self.width() < ICONS_BELOW
        if small != (0 < event.oldSize().width() < ICONS_BELOW):
            self.palette_panel.show_names(not small)

    def _give_palette(self, width: int) -> None:
        """Take from the canvas what the palette needs, or give it what it leaves."""
        palette, canvas, properties = self.across.sizes()
        self.across.setSizes([width, palette + canvas - width, properties])

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.thumbnails.show(False)

    # -- what the panels ask for --------------------------------------------------------------------------------

    def tidy(self, direction: Direction = "down") -> None:
        """Put all cards in order, folded into columns (or rows) so that they are seen as large as possible."""
        room = self.canvas.viewport().size()
        self.canvas.commit("Auto-layout", lambda: best_layout(self.session.document.graph, room, direction))
        self.canvas.fit(glide=True)

    def show_node(self, name: str) -> None:
        """Select a node, bring it into sight, and open what is wrong with it."""
        if name in self.session.document.graph:
            self.popover.open_for(name)
            self.canvas.reveal((name,), glide=True)
            self.canvas.setFocus()

    def show_member(self, name: str) -> None:
        """Select a node of a group; where it is folded away, its groups are opened."""
        while group := outermost_folded(self.session.document.graph, name):
            self.grouping.open(group)
        self.selection.set((name,))
        self.canvas.reveal((name,))

    def _save_block(self, name: str) -> None:
        if self.grouping.save(name):
            self.palette_panel.blocks.fill()
            self.palette_panel.show_page("blocks")

    def apply_fix(self, fix: Fix) -> None:
        """Make a repair as one step."""
        self.canvas.commit(fix.label.split(":")[0], lambda: fix.edit(self.session.document.graph))

    def inspect(self, name: str) -> None:
        """Look into a node in the Inspect workspace."""
        self.session.looking.point(node=name, map=0, position=())
        self.session.go_to.emit("inspect")

    def compare(self) -> None:
        """Open a window that shows this network beside another one, at first itself as it was opened."""
        if self.comparison is None:
            self.comparison = Comparison(self.session, self)
            self.comparison.destroyed.connect(self._forget_comparison)
        self.comparison.show()
        self.comparison.activateWindow()

    def _forget_comparison(self) -> None:
        self.comparison = None

    def _rename(self) -> None:
        if self.selection.group:
            self.names.start_group(self.selection.group)
        elif self.selection.last:
            self.selection.set((self.selection.last,))
            self.names.start(self.selection.last)

"""A card on the canvas: one layer with the small layers that snapped onto it, its maps and its ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnviz.ui import theme
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH, PORT_HIT, Flow, in_port, out_port
from cnnviz.ui.build.cards import cardpaint
from cnnviz.ui.build.cards.boxpaint import EDGES, OPEN
from cnnviz.ui.build.cards.faces import CardFace
from cnnviz.ui.build.cards.flows import PortFlows
from cnnviz.ui.build.cards.strips import Strip

PortLook = Literal["rest", "legal", "illegal", "aimed"]
BUTTONS = (
    ("chevron-left", "Previous image"),
    ("chevron-right", "Next image"),
    ("dice", "Any image"),
    ("pencil", "Draw an image"),
)
CHIP_HEIGHT = 17.0
BOUNDS = QRectF(-9, -9, CARD_WIDTH + 18, CARD_HEIGHT + 18)
"""A card with its ring and its ports, in its own coordinates."""
STACK_BOUNDS = BOUNDS.adjusted(0, 0, EDGES[0], EDGES[0])
"""The same with the edges of the stack that a folded group is."""
CHIPS_FROM = 34.0
"""Left of this there is only room to say how many more there are."""


@dataclass(frozen=True)
class Part:
    """What lies under the mouse: the `card`, a `chip`, a `button`, the way to `open` it, an `in` or `out` port."""

    kind: Literal["card", "chip", "button", "open", "in", "out"]
    name: str = ""
    port: int = 0


@dataclass(frozen=True, eq=False)
class SampleView:
    """The picture on the input's card, and what it is."""

    picture: QImage
    title: str


class CardItem(QGraphicsItem):
    """Shows one card; its upper left corner is its position. Only `scene.sync` calls `set_face`."""

    def __init__(self, face: CardFace) -> None:
        super().__init__()
        self.face = face
        self.flows = PortFlows()
        self.strip: Strip | None = None
        self.sample: SampleView | None = None
        self.hovered: Part | None = None
        self.selected: frozenset[str] = frozenset()
        self.aimed = False
        self.port_looks: dict[int, PortLook] = {}
        self.out_look: PortLook = "rest"
        self.extra_port = False
        self.printed = False
        """Drawn for a figure on paper: there is nothing to press, and no maps will come."""
        self._chips: tuple[tuple[str, QRectF], ...] = ()
        self.setPos(*face.position)
        self._place_chips()

    # -- what it shows ------------------------------------------------------------------------------------------

    def keep_picture(self, kept: bool) -> None:
        """Keep what was painted, to show it again while the view moves; or paint it anew each time."""
        modes = QGraphicsItem.CacheMode
        self.setCacheMode(modes.DeviceCoordinateCache if kept else modes.NoCache)

    def set_face(self, face: CardFace) -> None:
        """Show something else."""
        if face.position != self.face.position:
            self.setPos(*face.position)
        moved_only = _without_place(face) == _without_place(self.face)
        if (face.box is None) != (self.face.box is None):
            self.prepareGeometryChange()
        self.face = face
        if not moved_only:
            self._place_chips()
            self.update()

    def set_flows(self, flows: PortFlows) -> None:
        """Put the ports at other edges."""
        if flows != self.flows:
            self.flows = flows
            self.update()

    def set_strip(self, strip: Strip | None) -> None:
        """Show other maps."""
        self.strip = strip
        self.update()

    def set_sample(self, sample: SampleView | None) -> None:
        """Show another image (on the input's card)."""
        self.sample = sample
        self.update()

    def mark(self, **marks: object) -> None:
        """Set `hovered`, `selected`, `aimed`, `port_looks`, `out_look` or `extra_port`."""
        if any(getattr(self, name) != value for name, value in marks.items()):
            vars(self).update(marks)
            self.update()

    # -- geometry -----------------------------------------------------------------------------------------------

    @property
    def is_selected(self) -> bool:
        """Say whether the ring is around it: for its own layer, or for any in the group that it stands for."""
        return bool(self.selected) if self.face.box is not None else self.face.name in self.selected

    @property
    def rect(self) -> QRectF:
        """Return the card without its ports, in its own coordinates."""
        return QRectF(0, 0, CARD_WIDTH, CARD_HEIGHT)

    @property
    def chips(self) -> tuple[tuple[str, QRectF], ...]:
        """Return the names and places of the chips."""
        return self._chips

    def in_places(self) -> Mapping[int, QPointF]:
        """Return the centres of the input ports, in own coordinates; the growing one, when shown, is the last."""
        ports = self.face.ports
        places = {n: QPointF(*in_port((0.0, 0.0), n, ports, self._flow_in(n))) for n in range(ports)}
        if self.extra_port and self.face.grows:
            beside = self.flows.fresh == "right"
            places[ports] = QPointF(0, CARD_HEIGHT - 8) if beside else QPointF(CARD_WIDTH - 20, 0)
        return places

    def _flow_in(self, port: int) -> Flow:
        """Return the flow at an input port; while a card takes another face, its new ports have none yet."""
        return self.flows.ins[port] if port < len(self.flows.ins) else "down"

    def out_places(self) -> tuple[QPointF, ...]:
        """Return the centres of the output ports, in own coordinates: a layer has one."""
        count, flows = len(self.face.exits), self.flows.outs
        return tuple(
            QPointF(*out_port((0.0, 0.0), port, count, flows[port] if port < len(flows) else "down"))
            for port in range(count)
        )

    def out_place(self) -> QPointF:
        """Return the centre of the first output port, in own coordinates."""
        return self.out_places()[0]

    def boundingRect(self) -> QRectF:
        return BOUNDS if self.face.box is None else STACK_BOUNDS

    def part_at(self, point: QPointF) -> Part | None:
        """Return what lies at a point in own coordinates; ports reach a little beyond the card."""
        port = self._port_at(point)
        if port is not None:
            return port
        if not self.rect.contains(point):
            return None
        for name, rect in self._chips:
            if rect.contains(point):
                return Part("chip", name)
        if self.face.takes_sample:
            for rect, (icon, _) in zip(button_rects(), BUTTONS, strict=True):
                if rect.contains(point):
                    return Part("button", icon)
        if self.face.box is not None and OPEN.contains(point):
            return Part("open", self.face.name)
        return Part("card", self.face.name)

    def _port_at(self, point: QPointF) -> Part | None:
        for port, place in self.in_places().items():
            if _near(point, place):
                return Part("in", port=port)
        outs = enumerate(self.out_places())
        return next((Part("out", port=port) for port, place in outs if _near(point, place)), None)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cardpaint.paint(painter, self, option.levelOfDetailFromTransform(painter.worldTransform()))

    def _place_chips(self) -> None:
        """Put the chips at the right of the footer, in the order in which they are computed; the last ones if many."""
        metrics = QFontMetricsF(theme.ui_font(10, 500))
        right, found = CARD_WIDTH - 10, []
        for chip in reversed(self.face.chips):
            width = metrics.horizontalAdvance(chip.text) + 11
            if right - width < CHIPS_FROM:
                break
            found.append((chip.name, QRectF(right - width, CARD_HEIGHT - 25, width, CHIP_HEIGHT)))
            right -= width + 4
        self._chips = tuple(reversed(found))


def button_rects() -> tuple[QRectF, ...]:
    """Return the places of the input card's buttons."""
    return tuple(QRectF(68 + 26 * n, 73, 22, 22) for n in range(len(BUTTONS)))


def _near(point: QPointF, place: QPointF) -> bool:
    offset = point - place
    return max(abs(offset.x()), abs(offset.y())) <= PORT_HIT / 2


def _without_place(face: CardFace) -> tuple[object, ...]:
    return tuple(value for name, value in vars(face).items() if name != "position")

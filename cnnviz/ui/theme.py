"""The theme in force: palette, style sheet, fonts, and the signal that tells painted widgets to repaint.

`apply(app, "dark")` once at start and again when the user switches. Widgets that paint themselves read
`current()` while painting, so a repaint is all they need; whoever caches pictures listens to `changed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from cnnviz.ui.tokens import DARK, LIGHT, THEMES, Tokens

__all__ = [
    "DARK",
    "LIGHT",
    "Tokens",
    "apply",
    "changed",
    "color",
    "current",
    "group_color",
    "mono_font",
    "painting",
    "set_role",
    "text_on",
    "ui_font",
]

TEXT_ON_BRIGHT = "#14171C"
TEXT_ON_DARK = "#F2F4F7"


class _Notifier(QObject):
    changed = Signal()


_notifier = _Notifier()
changed = _notifier.changed  # emitted after the application wears the new theme
_current: Tokens = DARK


def current() -> Tokens:
    """The tokens of the theme in force."""
    return _current


def apply(app: QApplication, name: str) -> None:
    """Dress the whole application in "dark" or "light"; KeyError for any other name."""
    global _current
    from cnnviz.ui import stylesheet

    _current = THEMES[name]
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(_current))
    app.setFont(ui_font())
    app.setStyleSheet(stylesheet.build(_current, ui_families()[0], mono_families()[0]))
    changed.emit()


@contextmanager
def painting(name: str) -> Iterator[None]:
    """Paint in another theme for a while, as for a picture on paper; nobody is told, so nothing else may be painted."""
    global _current
    before, _current = _current, THEMES[name]
    try:
        yield
    finally:
        _current = before


def color(token: str, alpha: float = 1.0) -> QColor:
    """The token called `token` ("t2", "cursor" ...) of the theme in force, with opacity `alpha` in 0..1."""
    return QColor(_parsed(getattr(_current, token), alpha))


def group_color(group: str) -> QColor:
    """The colour of a layer group ("Convolution" ...); groups without one of their own get Input's grey."""
    return QColor(_parsed(_current.groups.get(group, _current.groups["Input"]), 1.0))


@lru_cache(maxsize=256)
def _parsed(text: str, alpha: float) -> QColor:
    """Parse "#3BA3CF" once: a live picture asks for hundreds of colours. Callers get copies, which they may change."""
    value = QColor(text)
    value.setAlphaF(alpha)
    return value


def text_on(background: QColor) -> QColor:
    """Dark or bright text, whichever is readable on `background` (ITU-R 601 luma, threshold 140)."""
    luma = 0.299 * background.red() + 0.587 * background.green() + 0.114 * background.blue()
    return QColor(TEXT_ON_BRIGHT if luma > 140 else TEXT_ON_DARK)


def ui_font(px: float = 12, weight: int = 400) -> QFont:
    """The interface font at `px` logical pixels; `weight` is 400, 500 or 600."""
    return QFont(_made_font(px, weight, mono=False))


def mono_font(px: float = 11, weight: int = 400) -> QFont:
    """The font of every number, shape and formula at `px` logical pixels."""
    return QFont(_made_font(px, weight, mono=True))


def set_role(widget: QWidget, **properties: str | bool) -> None:
    """Set style sheet properties (role="primary", small=True ...) and have the style look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


@lru_cache(maxsize=1)
def ui_families() -> tuple[str, ...]:
    """Inter where it is installed, then the platform's interface font."""
    return _families("Inter", QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family())


@lru_cache(maxsize=1)
def mono_families() -> tuple[str, ...]:
    """JetBrains Mono where it is installed, then the platform's fixed font."""
    return _families("JetBrains Mono", QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family())


def _families(wanted: str, fallback: str) -> tuple[str, ...]:
    return (wanted, fallback) if wanted in QFontDatabase.families() else (fallback,)


@lru_cache(maxsize=256)
def _made_font(px: float, weight: int, *, mono: bool) -> QFont:
    """Make each font once: a live picture asks for hundreds a second. Copies share what Qt has looked up for it."""
    font = _font(mono_families() if mono else ui_families(), px, weight)
    if mono:
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setFeature(QFont.Tag("calt"), 0)  # no ligatures: "->" and "!=" stay what was computed
    return font


def _font(families: tuple[str, ...], px: float, weight: int) -> QFont:
    font = QFont()
    font.setFamilies(list(families))
    if px == int(px):
        font.setPixelSize(int(px))
    else:  # Qt takes whole pixels only, but fractional points
        screen = QGuiApplication.primaryScreen()
        font.setPointSizeF(px * 72 / (screen.logicalDotsPerInch() if screen else 96))
    font.setWeight(QFont.Weight(weight))
    return font


def _palette(tokens: Tokens) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: tokens.bg1,
        QPalette.ColorRole.WindowText: tokens.t1,
        QPalette.ColorRole.Base: tokens.bg2,
        QPalette.ColorRole.AlternateBase: tokens.bg1,
        QPalette.ColorRole.Text: tokens.t1,
        QPalette.ColorRole.Button: tokens.bg3,
        QPalette.ColorRole.ButtonText: tokens.t1,
        QPalette.ColorRole.BrightText: tokens.err,
        QPalette.ColorRole.Highlight: tokens.acc_fill,
        QPalette.ColorRole.HighlightedText: "#FFFFFF",
        QPalette.ColorRole.Link: tokens.acc,
        QPalette.ColorRole.LinkVisited: tokens.acc,
        QPalette.ColorRole.PlaceholderText: tokens.t3,
        QPalette.ColorRole.ToolTipBase: tokens.bg3,
        QPalette.ColorRole.ToolTipText: tokens.t1,
        QPalette.ColorRole.Light: tokens.bg4,
        QPalette.ColorRole.Midlight: tokens.bg4,
        QPalette.ColorRole.Mid: tokens.line2,
        QPalette.ColorRole.Dark: tokens.line,
        QPalette.ColorRole.Shadow: tokens.bg0,
    }
    palette = QPalette()
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        faded = QColor(tokens.t1)
        faded.setAlphaF(0.45)
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return palette

"""The one style sheet, generated from the tokens.

Properties that change a widget's look (set with `theme.set_role`):
role = primary | quiet | active | danger | segment | heading | hint | secondary | mono | title | panel | card,
small = true, error = true.
"""

from __future__ import annotations

from cnnviz.ui import icons
from cnnviz.ui.tokens import Tokens


def build(tokens: Tokens, ui_family: str, mono_family: str) -> str:
    """The style sheet of `tokens`; pictures in it are written tinted, as Qt only takes files there."""
    values = {name: value for name, value in vars(tokens).items() if isinstance(value, str)}
    values |= {"ui": ui_family, "mono": mono_family, "off": _faded(tokens.t1, 0.45)}
    values["acc_hover"] = "#6972EA" if tokens.name == "dark" else "#434FC9"
    values["text_off"] = _faded("#FFFFFF", 0.6)
    values["primary_off"] = _faded(tokens.acc_fill, 0.45)
    dark = tokens.name == "dark"  # what lies on top is brighter in both themes
    values |= {"segments": tokens.bg2 if dark else tokens.bg0, "segment": tokens.bg4 if dark else tokens.bg3}
    for name, tint in (("chevron-down", tokens.t2), ("check", "#FFFFFF")):
        values[name] = icons.tinted_file(name, tint).as_posix()
    values["tick"] = icons.tinted_file("check", tokens.t1).as_posix()
    values["closed"] = icons.tinted_file("chevron-right", tokens.t3, margin=4).as_posix()
    values["open"] = icons.tinted_file("chevron-down", tokens.t3, margin=4).as_posix()
    text = _SHEET
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def _faded(color: str, alpha: float) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"


_SHEET = """
* { outline: none; }
QWidget { font-family: "${ui}"; font-size: 12px; color: ${t1}; }
QWidget:disabled { color: ${off}; }
QMainWindow, QDialog { background: ${bg0}; }
QFrame[role="panel"], QWidget[role="panel"] { background: ${bg1}; }
QFrame[role="card"] { background: ${bg3}; border: 1px solid ${line2}; border-radius: 8px; }
QLabel { background: transparent; }
QLabel[role="project"] { font-size: 13px; font-weight: 600; }
QLabel[role="title"] { font-size: 22px; font-weight: 600; }
QLabel[role="heading"] { font-weight: 600; }
QLabel[role="secondary"] { font-size: 11px; color: ${t2}; }
QLabel[role="hint"] { font-size: 10px; color: ${t3}; }
QLabel[role="error"] { font-size: 11px; color: ${err}; }
QLabel[role="mono"] { font-family: "${mono}"; font-size: 11px; }
QLabel[role="pill"] {
    background: ${bg4}; color: ${t2}; border-radius: 9px; padding: 0 8px; font-size: 11px; font-weight: 500;
}
QLabel[tone="accent"] { background: ${acc_bg}; color: ${acc}; }
QLabel[tone="cursor"] { background: ${cursor_bg}; color: ${cursor}; }
QLabel[tone="ok"] { background: ${ok_bg}; color: ${ok}; }
QLabel[tone="warn"] { background: ${warn_bg}; color: ${warn}; }
QLabel[tone="err"] { background: ${err_bg}; color: ${err}; }
QFrame[role="divider"] { background: ${line}; border: 0; }
QLabel[role="result"] { font-family: "${mono}"; font-size: 16px; }
QLabel[role="result"][small="true"] { font-size: 12px; }

QPushButton, QToolButton {
    background: ${bg3}; border: 1px solid ${line2}; border-radius: 6px; padding: 0 9px; min-height: 24px;
    font-weight: 500;
}
QToolButton { padding: 0 4px; min-width: 16px; }
QPushButton:hover, QToolButton:hover { background: ${bg4}; }
QPushButton:pressed, QToolButton:pressed { background: ${line}; }
QPushButton:focus, QToolButton:focus { border-color: ${acc}; }
QPushButton:checked, QToolButton:checked { background: ${acc_bg}; border-color: ${acc}; color: ${acc}; }
QPushButton:disabled, QToolButton:disabled { background: transparent; border-color: ${line}; }
QPushButton[small="true"], QToolButton[small="true"] { min-height: 20px; padding: 0 7px; font-size: 11px; }
QToolButton[small="true"] { padding: 0 2px; }
QPushButton[role="primary"] { background: ${acc_fill}; border-color: ${acc_fill}; color: #FFFFFF; }
QPushButton[role="primary"]:hover { background: ${acc_hover}; border-color: ${acc_hover}; }
QPushButton[role="primary"]:focus { border-color: ${t1}; }
QPushButton[role="primary"]:disabled { background: ${primary_off}; border-color: transparent; color: ${text_off}; }
QPushButton[role="active"] { background: ${acc_bg}; border-color: ${acc}; color: ${acc}; }
QPushButton[role="danger"] { color: ${err}; }
QPushButton[role="quiet"], QToolButton[role="quiet"] { background: transparent; border-color: transparent; }
QPushButton[role="quiet"]:hover, QToolButton[role="quiet"]:hover { background: ${bg4}; }
QPushButton[role="quiet"]:focus, QToolButton[role="quiet"]:focus { border-color: ${acc}; }
QPushButton[role="link"] { background: transparent; border: 0; padding: 0; color: ${acc}; }
QPushButton[role="link"]:hover, QPushButton[role="link"]:focus { text-decoration: underline; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }
QPushButton[role="menu"] { padding-right: 24px; }
QPushButton[role="menu"]::menu-indicator {
    image: url("${chevron-down}"); width: 12px; height: 12px; subcontrol-origin: border;
    subcontrol-position: center right; right: 7px;
}
QFrame[role="segments"] { background: ${segments}; border: 1px solid ${line}; border-radius: 6px; }
QPushButton[role="segment"] {
    background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 0 9px;
    min-height: 20px; color: ${t2};
}
QPushButton[role="segment"][small="true"] { padding: 0 6px; }
QPushButton[role="segment"]:hover { color: ${t1}; }
QPushButton[role="segment"]:checked { background: ${segment}; border-color: ${line2}; color: ${t1}; }
QPushButton[role="segment"]:focus { border-color: ${acc}; }
QPushButton[role="segment"]:disabled { color: ${off}; }

QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit {
    background: ${bg2}; border: 1px solid ${line2}; border-radius: 4px; padding: 0 6px; min-height: 24px;
    selection-background-color: ${acc_fill}; selection-color: #FFFFFF;
}
QLineEdit[small="true"], QSpinBox[small="true"] { min-height: 20px; }
QPlainTextEdit[role="code"] {
    font-family: "${mono}"; font-size: 11px; background: transparent; border-color: transparent; padding: 0;
}
QLineEdit[role="name"] {
    background: transparent; border-color: transparent; padding: 0 3px; min-height: 20px; font-size: 13px;
    font-weight: 600; margin-left: -4px;
}
QLineEdit[role="name"]:hover { border-color: ${line2}; }
QLineEdit[role="name"]:focus { border-color: ${acc}; background: ${bg2}; }
QLineEdit[role="number"], QSpinBox, QDoubleSpinBox { font-family: "${mono}"; font-size: 11px; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover { border-color: ${t3}; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus { border-color: ${acc}; }
QLineEdit[linked="true"] { border-color: ${cursor}; background: ${cursor_bg}; }
QLineEdit[error="true"], QSpinBox[error="true"], QComboBox[error="true"] {
    border-color: ${err}; background: ${err_bg};
}
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { border-color: ${line}; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    subcontrol-origin: border; subcontrol-position: right; width: 1px; border: 0; background: transparent;
}
QLineEdit > QToolButton { border: 0; background: transparent; min-height: 0; min-width: 0; padding: 0; }
QAbstractSpinBox > QLineEdit { border: 0; background: transparent; min-height: 0; padding: 0 5px; }
QComboBox {
    background: ${bg2}; border: 1px solid ${line2}; border-radius: 4px; padding: 0 2px 0 8px;
    min-height: 24px;
}
QComboBox[small="true"] { min-height: 20px; }
QComboBox:hover { border-color: ${t3}; }
QComboBox:focus { border-color: ${acc}; }
QComboBox::drop-down { border: 0; width: 22px; }
QComboBox::down-arrow { image: url("${chevron-down}"); width: 12px; height: 12px; }
QComboBox QAbstractItemView {
    background: ${bg3}; border: 1px solid ${line2}; padding: 4px; selection-background-color: ${acc_bg};
    selection-color: ${t1}; min-height: 24px;
}

QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 3px; border-radius: 1px; background: ${bg4}; }
QSlider::sub-page:horizontal { background: ${acc}; border-radius: 1px; }
QSlider::handle:horizontal {
    width: 10px; height: 10px; margin: -6px 0; border: 2px solid ${acc}; border-radius: 7px;
    background: ${bg1};
}
QSlider::handle:horizontal:hover { background: ${bg4}; }
QSlider::handle:horizontal:focus { background: ${acc}; }
QSlider::handle:horizontal:disabled { border-color: ${line2}; }
QSlider::sub-page:horizontal:disabled { background: ${line2}; }
QSlider[role="cursor"]::sub-page:horizontal { background: ${cursor}; }
QSlider[role="cursor"]::handle:horizontal { border-color: ${cursor}; }
QScrollBar { background: transparent; border: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: ${line2}; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: ${t3}; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea { border: 0; background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QScrollArea > QWidget > QWidget { background: transparent; }
QProgressBar {
    background: ${bg4}; border: 0; border-radius: 2px; max-height: 5px; min-height: 5px; color: transparent;
}
QProgressBar::chunk { background: ${acc}; border-radius: 2px; }

QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QCheckBox::indicator {
    width: 14px; height: 14px; border: 1px solid ${line2}; border-radius: 4px; background: ${bg2};
}
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: ${acc}; }
QCheckBox::indicator:checked { background: ${acc_fill}; border-color: ${acc_fill}; image: url("${check}"); }
QRadioButton::indicator {
    width: 12px; height: 12px; border: 1px solid ${line2}; border-radius: 7px; background: ${bg2};
}
QRadioButton::indicator:checked {
    border: 4px solid ${acc_fill}; width: 6px; height: 6px; background: #FFFFFF;
}

QToolTip { background: ${bg3}; color: ${t1}; border: 1px solid ${line2}; padding: 5px 7px; font-size: 11px; }
QMenuBar { background: ${bg1}; }
QMenu { background: ${bg3}; border: 1px solid ${line2}; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; min-height: 16px; }
QMenu::item:selected { background: ${acc_bg}; }
QMenu::item:disabled { color: ${off}; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 12px; height: 12px; padding-left: 8px; }
QMenu::indicator:checked { image: url("${tick}"); }
QMenu::right-arrow { image: url("${closed}"); width: 20px; height: 20px; margin-right: 4px; }
QMenu::separator { height: 1px; background: ${line}; margin: 4px 6px; }
QTabWidget::pane { border: 0; border-top: 1px solid ${line}; }
QTabBar { background: transparent; border: 0; }
QTabBar::tab {
    background: transparent; color: ${t2}; padding: 6px 10px; border: 0;
    border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: ${t1}; }
QTabBar::tab:selected { color: ${t1}; font-weight: 600; border-bottom: 2px solid ${acc}; }
QSplitter { background: transparent; }
QSplitter::handle { background: ${line}; }
QSplitter::handle:hover { background: ${acc}; }
QSplitter::handle:horizontal { width: 1px; margin: 0; }
QSplitter::handle:vertical { height: 1px; margin: 0; }

QListView, QTreeView, QTableView { background: transparent; border: 0; gridline-color: ${line}; }
QListView::item, QTreeView::item { min-height: 24px; border-radius: 4px; padding: 0 4px; }
QTableView::item { padding: 0 6px; }
QListView::item:hover, QTreeView::item:hover { background: ${bg4}; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {
    background: ${acc_bg}; color: ${t1};
}
QTreeView::branch { background: transparent; }
QTreeView::branch:hover { background: ${bg4}; }
QTreeView::branch:selected { background: ${acc_bg}; }
QTreeView::branch:has-children:closed { image: url("${closed}"); }
QTreeView::branch:has-children:open { image: url("${open}"); }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section {
    background: transparent; color: ${t3}; border: 0; border-bottom: 1px solid ${line}; padding: 4px 6px;
    font-size: 11px; font-weight: 400; text-align: left;
}
QTableCornerButton::section { background: transparent; border: 0; }
QStatusBar { background: ${bg1}; border-top: 1px solid ${line}; font-size: 11px; color: ${t2}; }
QStatusBar::item { border: 0; }
QDockWidget { font-weight: 600; }
QDockWidget::title { background: ${bg1}; padding: 8px; }
QMainWindow::separator { background: ${line}; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: ${acc}; }
"""

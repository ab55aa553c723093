"""What can be chosen about the plots: axes, smoothing, and a picture of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMenu

from cnnviz.errors import FileError
from cnnviz.ui.train.axes import AXES

if TYPE_CHECKING:
    from cnnviz.ui.train.plots import Plots
    from cnnviz.ui.widgets.curves import Curves
    from cnnviz.ui.widgets.plotarea import PlotArea

SMOOTHINGS = (0.0, 0.8, 0.95, 0.99)


def options_menu(plots: Plots) -> QMenu:
    """Return a menu of what can be chosen; what is chosen now is ticked."""
    menu = QMenu(plots)
    for axis in AXES:
        text = f"Over {axis}s" if axis != "time" else "Over time"
        _choice(menu, text, axis == plots.axis, partial(plots.set_axis, axis))
    menu.addSeparator()
    _choice(menu, "Logarithmic loss", plots.loss.log, partial(plots.set_log, not plots.loss.log))
    menu.addSeparator()
    for share in SMOOTHINGS:
        text = f"Smoothing {share:g}" if share else "No smoothing"
        _choice(menu, text, share == plots.smoothing, partial(plots.set_smoothing, share))
    menu.addSeparator()
    for name, curves in plots.curves.items():
        menu.addAction(f"Export {name} as a picture …", partial(_export, plots, name, curves))
    return menu


def save_plot(plot: PlotArea, path: Path) -> None:
    """Write a plot as it is seen, as .svg or .png by the name's end; raise FileError where that is impossible."""
    from pyqtgraph.exporters import ImageExporter, SVGExporter

    kind = SVGExporter if path.suffix.lower() == ".svg" else ImageExporter
    try:
        path.touch()
        kind(plot.plotItem).export(str(path))
    except OSError as error:
        what = f"the picture can't be written ({error.strerror or error})."
        raise FileError(what, where=str(path), hint="Choose another folder.") from error


def _export(plots: Plots, name: str, curves: Curves) -> None:
    kinds = "SVG (*.svg);;PNG (*.png)"
    path, _kind = QFileDialog.getSaveFileName(plots, "Export", f"{name}.svg".replace(" ", "-"), kinds)
    if path and curves.plot is not None:
        try:
            save_plot(curves.plot, Path(path))
        except FileError as error:
            plots.notice.emit("error", str(error))
        else:
            plots.notice.emit("info", f"Wrote {Path(path).name}")


def _choice(menu: QMenu, text: str, on: bool, do: Callable[[], None]) -> None:
    action = menu.addAction(text, do)
    action.setCheckable(True)
    action.setChecked(on)

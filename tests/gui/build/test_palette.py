from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.ui.build.palette.palette import ICONS_ONLY
from cnnviz.ui.build.workspace import BuildWorkspace


def test_a_small_window_leaves_room_for_pictograms_only(workspace: BuildWorkspace) -> None:
    palette = workspace.palette_panel
    assert palette.width() > ICONS_ONLY
    workspace.resize(1240, 760)
    QApplication.processEvents()
    assert palette.width() == ICONS_ONLY
    assert workspace.across.sizes()[0] == ICONS_ONLY, "the canvas has the rest"
    assert not palette.search.isVisible()
    row = palette.tree.row_of("conv2d")
    assert row is not None
    assert "Conv 2D" in row.toolTip(0)
    picture = palette.tree.viewport().grab(palette.tree.visualItemRect(row)).toImage()
    colors = {
        picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())
    }
    assert len(colors) > 4, "its pictogram is painted where it is seen"
    chosen: list[str] = []
    palette.chosen.connect(chosen.append)
    palette.tree.itemDoubleClicked.emit(row, 0)
    assert chosen == ["conv2d"]
    workspace.resize(1400, 860)
    QApplication.processEvents()
    assert palette.width() > ICONS_ONLY
    assert palette.search.isVisible()


def test_names_come_back_at_a_click(workspace: BuildWorkspace) -> None:
    palette = workspace.palette_panel
    workspace.resize(1240, 760)
    QApplication.processEvents()
    palette.more.click()
    QApplication.processEvents()
    assert palette.search.isVisible()
    QTest.keyClicks(palette.search, "dense")
    assert palette.tree.row_of("dense") is not None
    assert palette.tree.row_of("conv2d") is None
    workspace.resize(1260, 760)
    QApplication.processEvents()
    assert palette.search.isVisible(), "a small change of the window does not take them away"


def test_templates_need_their_names(workspace: BuildWorkspace) -> None:
    workspace.resize(1240, 760)
    QApplication.processEvents()
    workspace.invitation.button.click()
    QApplication.processEvents()
    assert workspace.palette_panel.templates.isVisible()
    assert workspace.palette_panel.width() > ICONS_ONLY

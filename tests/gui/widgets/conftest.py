"""Both themes, and a way to show a widget without leaving it behind."""

from __future__ import annotations

import pytest

from cnnviz.ui import theme


@pytest.fixture(params=["dark", "light"])
def theme_name(request, qapp):
    """Run the test in each theme."""
    theme.apply(qapp, request.param)
    return request.param


@pytest.fixture
def shown(qtbot, qapp):
    """Show a widget at a size and return it."""
    if theme.current().name != "dark" or not qapp.styleSheet():
        theme.apply(qapp, "dark")

    def show(widget, width=320, height=320):
        qtbot.addWidget(widget)
        widget.resize(width, height)
        widget.show()
        qapp.processEvents()
        return widget

    return show

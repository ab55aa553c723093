"""Every template opens in Build."""

from __future__ import annotations

from cnnviz.templates import TEMPLATES
from cnnviz.ui.window import MainWindow


def test_every_template_opens_without_an_error(window: MainWindow) -> None:
    told: list[str] = []
    window.session.notice.connect(lambda severity, text: told.append(text) if severity == "error" else None)
    window.resize(1280, 800)
    window.show()
    for name, found in TEMPLATES.items():
        window.open_template(name, "build")
        assert window.session.document.template == name
        assert window.session.document.graph == found.graph
    assert told == []
    assert window.workspace == "build"

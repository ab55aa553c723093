"""The hand at a video network: lets it run on its own predictions, and points at a gate."""

from __future__ import annotations

from cnnviz.explain.video.forecast import FREE
from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.window import MainWindow


def let_it_run(window: MainWindow, hand: Hand) -> None:
    """Open T20 in Inspect, let it see its own frames from the tenth on, and explain a pixel of an input gate."""
    window.open_template("t20", "inspect")
    looking = window.session.looking
    hand.wait_for(
        lambda: looking.settled and looking.trace and "convlstm1.i" in looking.trace.activations,
        240,
        "the first trace of the video network",
    )
    workspace = window.pages.currentWidget()
    assert isinstance(workspace, InspectWorkspace)
    hand.click(workspace.bar.video)
    page = workspace.video.page
    hand.click(page.stepper.mode.part(FREE))
    hand.wait_for(lambda: page.desk.forecast is not None and not page.desk.busy, 240, "the predictions")
    hand.wait_for(lambda: not page.desk.awaits_free, 240, "the gates of the free run")
    film = page.stepper.film
    hand.click(film, film.rect_of(1, 13).center().toPoint())
    hand.wait(500)

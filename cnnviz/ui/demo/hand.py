"""A hand that moves the mouse and types: one event per tick of the event loop, as a person's would arrive.

Every step is scheduled before the one before it runs, because a real drag blocks in its own event loop until the
mouse button is let go.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEventLoop, QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

TICK_MS = 20
STEPS = 12
"""Mouse moves per drag; fewer than three would not be taken for a drag."""

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Hand:
    """Works on one top-level window. Points are in the coordinates of the widget they come with."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def click(self, widget: QWidget, point: QPoint | None = None) -> None:
        """Press and release the left button, by default in the middle."""
        place = self._place(widget, point)
        self._play([self._move(place), self._press(place), self._release(place)])

    def double_click(self, widget: QWidget, point: QPoint | None = None) -> None:
        """Click twice in quick succession."""
        place, handle = self._place(widget, point), self._window.windowHandle()
        self._play([self._move(place), lambda: QTest.mouseDClick(handle, LEFT, NONE, place)])

    def hover(self, widget: QWidget, point: QPoint) -> None:
        """Move the mouse over a place."""
        self._play([self._move(self._place(widget, point))])

    def drag(self, source: QWidget, start: QPoint, target: QWidget, end: QPoint) -> None:
        """Press, move in a straight line, and release."""
        self.stroke([self._place(source, start), self._place(target, end)])

    def stroke(self, corners: Sequence[QPoint]) -> None:
        """Press at the first corner, move through all (window coordinates), release at the last."""
        path = [corners[0]]
        for here, there in itertools.pairwise(corners):
            path += [here + (there - here) * (step / STEPS) for step in range(1, STEPS + 1)]
        moves = [self._move(place) for place in [*path, path[-1]]]
        self._play([self._move(path[0]), self._press(path[0]), *moves, self._release(path[-1])])

    def draw(self, widget: QWidget, corners: Sequence[tuple[float, float]]) -> None:
        """Draw a line through corners given as shares (0 to 1) of the widget's square."""
        side = min(widget.width(), widget.height())
        offset = QPoint((widget.width() - side) // 2, (widget.height() - side) // 2)
        self.stroke([self._place(widget, offset + QPoint(int(x * side), int(y * side))) for x, y in corners])

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key where the focus is."""
        self._play([self._window.activateWindow, lambda: QTest.keyClick(self._focus(), key, modifiers)])

    def type(self, text: str) -> None:
        """Type where the focus is."""
        presses = [lambda each=letter: QTest.keyClicks(self._focus(), each) for letter in text]
        self._play([self._window.activateWindow, *presses])

    def wait(self, milliseconds: int) -> None:
        """Look on for a while."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait_for(self, condition: Callable[[], object], seconds: float = 60.0, what: str = "") -> None:
        """Look on until something is true; raise TimeoutError if it does not become so."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {seconds:g} s for {what or 'something that did not happen'}")
            self.wait(TICK_MS)

    # -- one event each -----------------------------------------------------------------------------------------

    def _move(self, place: QPoint) -> Callable[[], None]:
        return lambda: QTest.mouseMove(self._window.windowHandle(), place)

    def _press(self, place: QPoint) -> Callable[[], None]:
        return lambda: QTest.mousePress(self._window.windowHandle(), LEFT, NONE, place)

    def _release(self, place: QPoint) -> Callable[[], None]:
        return lambda: QTest.mouseRelease(self._window.windowHandle(), LEFT, NONE, place)

    def _place(self, widget: QWidget, point: QPoint | None) -> QPoint:
        return widget.mapTo(
            self._window, point if point is not None else QRect(QPoint(), widget.size()).center()
        )

    def _focus(self) -> QWidget:
        """Return the widget that keys go to."""
        return self._window.focusWidget() or self._window

    def _play(self, steps: Sequence[Callable[[], None]]) -> None:
        """Do one step per tick; what goes wrong in a step is raised here, not lost in the event loop."""
        loop, wrong, finished = QEventLoop(), list[Exception](), list[bool]()

        def go(at: int) -> None:
            if at == len(steps) or wrong:
                finished.append(True)
                loop.quit()
                return
            QTimer.singleShot(TICK_MS, lambda: go(at + 1))
            try:
                steps[at]()
            except Exception as error:  # noqa: BLE001  (raised again below, outside the event loop)
                wrong.append(error)

        go(0)
        if not finished:  # on a busy machine a step's own event processing may have done all that follow
            loop.exec()
        if wrong:
            raise wrong[0]

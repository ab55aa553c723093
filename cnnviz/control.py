"""What the user asks of a running job: pause, one batch, another learning rate, a look at the activations.

A job reads it once per batch; any thread may write to it. Standard library only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Literal

Permit = Literal["run", "pause", "batch", "epoch"]


class Control:
    """The handle of one running job; all methods are safe to call from any thread."""

    def __init__(self, *, paused: bool = False) -> None:
        self._changed = threading.Condition()
        self._permit: Permit = "pause" if paused else "run"
        self._cancelled = False
        self._changes: dict[str, Any] = {}
        self._tell: Callable[..., None] | None = None

    # -- the user's side ----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Go on until the end."""
        self._set("run")

    def pause(self) -> None:
        """Stop after the current batch."""
        self._set("pause")

    def step(self) -> None:
        """Do one batch, then pause."""
        self._set("batch")

    def epoch(self) -> None:
        """Go on to the end of the current epoch, then pause."""
        self._set("epoch")

    def cancel(self) -> None:
        """End the job at the next batch."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()
            self._pass_on("cancel")

    def change(self, name: str, value: Any) -> None:
        """Change a setting of the running job, such as `learning_rate` or `pinned`."""
        with self._changed:
            self._changes[name] = value
            self._changed.notify_all()
            self._pass_on("change", name, value)

    # -- between processes --------------------------------------------------------------------------------------

    def forward(self, tell: Callable[..., None] | None) -> None:
        """Pass on what was asked so far and from now on, as arguments for `obey` of another Control; None ends it."""
        with self._changed:
            self._tell = tell
            self._pass_on("permit", self._permit)
            for name, value in self._changes.items():
                self._pass_on("change", name, value)
            if self._cancelled:
                self._pass_on("cancel")

    def obey(self, what: str, *values: Any) -> None:
        """Do what another Control was asked."""
        wishes: dict[str, Callable[..., None]] = {
            "permit": self._set,
            "change": self.change,
            "cancel": self.cancel,
        }
        wishes[what](*values)

    def _pass_on(self, what: str, *values: Any) -> None:
        if self._tell is not None:
            self._tell(what, *values)

    # -- the job's side -----------------------------------------------------------------------------------------

    @property
    def cancelled(self) -> bool:
        """Say whether the job should end."""
        return self._cancelled

    @property
    def permit(self) -> Permit:
        """Return what the job may do now."""
        return self._permit

    def take_changes(self) -> dict[str, Any]:
        """Return the changes since the last call."""
        if not self._changes:
            return {}
        with self._changed:
            found, self._changes = self._changes, {}
            return found

    def spend(self, what: Permit) -> None:
        """Turn a permit for one batch or one epoch back into a pause, once it is used."""
        with self._changed:
            if self._permit == what:
                self._permit = "pause"

    def wait(self, seconds: float) -> None:
        """While paused, wait for anything to change, at most this long."""
        with self._changed:
            if self._permit == "pause" and not self._cancelled and not self._changes:
                self._changed.wait(seconds)

    def _set(self, permit: Permit) -> None:
        with self._changed:
            self._permit = permit
            self._changed.notify_all()
            self._pass_on("permit", permit)

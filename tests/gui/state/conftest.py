"""A session on the real engine, ended after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.ui.state import Session
from tests.gui.rooms import make_session


class Heard(list):
    """The messages of a session, as (severity, text)."""

    @property
    def last(self) -> tuple[str, str]:
        return self[-1]

    def of(self, severity: str) -> list[str]:
        return [text for said, text in self if said == severity]


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    found = make_session()
    yield found
    found.document.forget_autosave()
    found.shut_down()


@pytest.fixture
def heard(session: Session) -> Heard:
    messages = Heard()
    session.notice.connect(lambda severity, text: messages.append((severity, text)))
    return messages

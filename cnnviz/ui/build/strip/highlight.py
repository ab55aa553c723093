"""Colours for the few things that stand out in a short Python script."""

from __future__ import annotations

import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from cnnviz.ui import theme

WORDS = "import from as class def return super self for in if else not None True False with lambda"
RULES = (
    (re.compile(rf"\b({'|'.join(WORDS.split())})\b"), "acc"),
    (re.compile(r"\bnn\.\w+|\bF\.\w+|\btorch\.\w+"), "neg"),
    (re.compile(r"\b\d[\d_.e]*\b"), "pos"),
    (re.compile(r"\"[^\"]*\"|'[^']*'"), "ok"),
    (re.compile(r"#.*"), "t3"),
)
"""Later rules win: a number inside a comment is a comment."""
QUOTES, IN_DOCSTRING = '"""', 1


class PythonColors(QSyntaxHighlighter):
    """Follows the theme."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        theme.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        inside = self.previousBlockState() == IN_DOCSTRING
        if (text.count(QUOTES) % 2 == 1) != inside:
            self.setCurrentBlockState(IN_DOCSTRING)
        if inside or QUOTES in text:
            look = QTextCharFormat()
            look.setForeground(theme.color("t3"))
            self.setFormat(0, len(text), look)
            return
        for pattern, token in RULES:
            look = QTextCharFormat()
            look.setForeground(theme.color(token))
            for found in pattern.finditer(text):
                self.setFormat(found.start(), found.end() - found.start(), look)

"""The first screen: something that works to open, a digit to draw, the data on this computer, recent files."""

from cnnviz.ui.start.page import SHOWN, StartPage

__all__ = ["SHOWN", "StartPage"]

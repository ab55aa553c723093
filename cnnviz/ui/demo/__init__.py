"""The scripted main job: real mouse and key events on the real window, leaving pictures."""

from cnnviz.ui.demo.script import perform

__all__ = ["perform"]

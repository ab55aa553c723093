"""Work in a Python process of its own: generators of events, driven from here as if they ran here.

The window and a training would otherwise share one interpreter lock, so that every redraw stops the training; and a
training that the system kills for its memory would take the window with it. Standard library only.
"""

from cnnviz.process.apart import Apart
from cnnviz.process.far import NICENESS

__all__ = ["NICENESS", "Apart"]

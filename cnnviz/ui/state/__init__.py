"""What the window knows, apart from how it looks: document, material, training, and what is being looked at."""

from cnnviz.ui.state.document import Document
from cnnviz.ui.state.looking import Cursor, Looking
from cnnviz.ui.state.material import Material, Sample
from cnnviz.ui.state.runs import Runs
from cnnviz.ui.state.session import Session
from cnnviz.ui.state.training import Record, Training

__all__ = ["Cursor", "Document", "Looking", "Material", "Record", "Runs", "Sample", "Session", "Training"]

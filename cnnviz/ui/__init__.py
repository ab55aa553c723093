"""The window: Qt Widgets and pyqtgraph. It shows the document and asks the engine through callables it is given."""

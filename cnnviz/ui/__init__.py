"""The window: Qt widgets that show the document and ask the engine through callables."""

"""The document: graph, check, history, files, layout, generated code. Standard library only."""

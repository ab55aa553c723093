"""The rules behind `cnnviz.model.check`: what can be wrong with a graph, and the edits that mend it."""

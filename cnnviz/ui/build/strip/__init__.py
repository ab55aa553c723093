"""The strip below the canvas: problems, the table of layers, code, history, and the numbers of the whole network."""

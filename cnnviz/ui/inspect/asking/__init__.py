"""Asking the network over a whole data set, instead of one number: the page below the lane, pane by pane."""

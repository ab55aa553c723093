"""A network over time: every array of a memory step by step, and the frames that it predicts."""

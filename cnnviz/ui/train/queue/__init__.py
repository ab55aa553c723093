"""The queue of trainings in the Train workspace: what waits, sweeps, folds, and runs that answer together."""

from cnnviz.ui.train.queue.panel import QueuePanel

__all__ = ["QueuePanel"]

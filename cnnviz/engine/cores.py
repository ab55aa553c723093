"""How many cores torch uses in a thread.

Every thread that computes in parallel keeps a team of OpenMP threads of its own for as long as it lives. As soon as all
teams together have more threads than there are cores, GNU OpenMP stops waiting actively between two operations, and a
training of small layers loses a fifth of its speed. So only the thread that trains has a team.
"""

from __future__ import annotations

import torch

_ALL = torch.get_num_threads()


def use_one_core() -> None:
    """Compute without a team in the calling thread: for single samples, which gain nothing from one."""
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)


def use_all_cores() -> None:
    """Compute in the calling thread with as many cores as torch found at the start."""
    if torch.get_num_threads() != _ALL:
        torch.set_num_threads(_ALL)

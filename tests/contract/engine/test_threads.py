"""Waiting threads sleep soon, unless the user says otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cnnviz.engine.threads import SPINS


@pytest.mark.parametrize(
    ("own", "expected"),
    [({}, SPINS), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "None")],
)
def test_set_before_torch_and_never_over_the_users_own(own: dict[str, str], expected: str) -> None:
    code = "import os, sys, cnnviz.engine; print('torch' in sys.modules, os.environ.get('GOMP_SPINCOUNT'))"
    inherited = {k: v for k, v in os.environ.items() if k not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**inherited, **own}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", expected]

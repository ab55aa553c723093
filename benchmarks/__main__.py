"""`python -m benchmarks [NAMES] [--json]`: measure the claims, each kind in a fresh process, and print one table."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import setting
from benchmarks.claim import Claim, table

ROUNDS = {
    "training": 20,
    "window": 8,
    "looking": 5,
    "asking": 2,
    "inspecting": 3,
    "trying": 4,
    "canvas": 4,
    "memory": 1,
    "start": 1,
    "watching": 8,
    "million": 3,
    "shipped": 1,
    "beginning": 5,
    "keeping": 8,
    "generating": 5,
    "keras": 5,
    "voxels": 20,
    "stepping": 5,
}
ON_SCREEN = (
    "window",
    "looking",
    "asking",
    "inspecting",
    "trying",
    "canvas",
    "start",
    "million",
    "beginning",
    "voxels",
)
ASKED = ("keras",)
"""Measured only where they are named: they need more than the project installs for itself."""
VIRTUAL, OFFSCREEN = "virtual (Xvfb)", "none (Qt's offscreen platform)"
_XVFB = Path(__file__).resolve().parents[1] / ".ci" / "xvfb.py"


def main(arguments: list[str]) -> int:
    """Measure what is named (by default everything); return 1 where a claim is not met."""
    options = _parser().parse_args(arguments)
    if options.inside:
        return _inside(options.names[0], options.rounds)
    setting.use_two_cores()
    setting.find_data(options.data_dir)
    about = _about(arguments)
    print("\n".join(about.values()), file=sys.stderr if options.json else sys.stdout, flush=True)
    claims = []
    for name in options.names or [name for name in ROUNDS if name not in ASKED]:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        claims += _apart(name, options.rounds or ROUNDS[name])
    if options.json:
        print(json.dumps({**about, "claims": [claim.to_dict() for claim in claims]}, ensure_ascii=False))
    else:
        print(table(claims))
    return 0 if all(claim.met for claim in claims) else 1


def _about(arguments: list[str]) -> dict[str, str]:
    """Return on what, how and with what the claims are measured."""
    return {
        "machine": setting.machine(),
        "command": " ".join(["python -m benchmarks", *arguments]),
        "data": f"seed {setting.SEED}; {setting.dataset().origin}",
        "screen": f"screen: {_screen()}",
        "method": "Sides take turns; ratios are medians over the rounds. Time for evaluation counts on no side.",
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*ROUNDS, []], metavar="NAMES", help=", ".join(ROUNDS))
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help="more rounds: steadier medians")
    parser.add_argument(
        "--data-dir", default="", metavar="D", help="folder with MNIST (default: CNNVIZ_DATA)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser


def _apart(name: str, rounds: int) -> list[Claim]:
    """Measure in a process of its own, so that nothing is warm or tuned that would not be."""
    command = [sys.executable, "-m", "benchmarks", name, "--inside", "--rounds", str(rounds)]
    if name in ON_SCREEN and _screen() == VIRTUAL:
        command = [sys.executable, str(_XVFB), *command]
    elif name in ON_SCREEN and _screen() == OFFSCREEN:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} was not measured.")
    return [Claim(**entry) for entry in json.loads(done.stdout.splitlines()[-1])]


def _screen() -> str:
    """Return where windows are shown: drawing costs a little more on a screen, virtual or not, than without one."""
    if not sys.platform.startswith("linux"):
        return "this system's"
    if os.environ.get("QT_QPA_PLATFORM"):
        return os.environ["QT_QPA_PLATFORM"]
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return "this session's"
    return VIRTUAL if shutil.which("Xvfb") else OFFSCREEN


def _inside(name: str, rounds: int) -> int:
    from dataclasses import asdict

    claims = importlib.import_module(f"benchmarks.{name}").measure(rounds)
    print(json.dumps([asdict(claim) for claim in claims]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs a command on a virtual screen: python .ci/xvfb.py COMMAND [ARGUMENTS…]; exits with the command's status."""

from __future__ import annotations

import os
import subprocess
import sys

# -noreset: the server outlives its last client, so that one command may open several applications in turn.
_SERVER = ["Xvfb", "-displayfd", "{fd}", "-screen", "0", "1920x1080x24", "-noreset", "-nolisten", "tcp"]


def run_on_virtual_screen(command: list[str]) -> int:
    """Start Xvfb on a free display number, run the command there, stop Xvfb; return the command's status."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [part.format(fd=writer) for part in _SERVER], pass_fds=[writer], stderr=subprocess.DEVNULL
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()  # comes once the server takes connections; empty when it failed
        if not number:
            sys.exit("Xvfb did not start; try it by hand: Xvfb -displayfd 1")
        here = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        here.pop("WAYLAND_DISPLAY", None)
        return subprocess.run(command, env=here, check=False).returncode
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(__doc__)
    sys.exit(run_on_virtual_screen(sys.argv[1:]))

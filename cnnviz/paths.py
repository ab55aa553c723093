"""Where things lie: the user's folders, and the files that ship with cnnviz.

`CNNVIZ_HOME` moves all user folders below one folder (tests and portable installations use it).
"""

from __future__ import annotations

import os
import secrets
import sys
from functools import partial
from pathlib import Path

from cnnviz.errors import FileError

_PACKAGE = Path(__file__).resolve().parent


def user_config() -> Path:
    """Return the folder of the settings (it may not exist yet)."""
    return _user("config")


def user_data() -> Path:
    """Return the folder of data sets, runs and autosaves (it may not exist yet)."""
    return _user("data")


def _user(role: str) -> Path:
    home = os.environ.get("CNNVIZ_HOME")
    if home:
        return Path(home) / role
    import platformdirs

    folders = {"config": platformdirs.user_config_path, "data": platformdirs.user_data_path}
    return folders[role]("cnnviz", appauthor=False)


def resource(name: str) -> Path:
    """Return the path of a file below `resources/`, such as `icons/play.svg`."""
    return _find("resources", name)


def shipped(name: str) -> Path:
    """Return the folder of a shipped model, such as `lenet5-mnist`: weights, card and project file."""
    return _find("models", name)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new content, never half of one; raise OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # not tempfile's: its files are for the owner alone, whatever the umask says, and so would be what they replace
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def link_atomically(source: Path, path: Path) -> None:
    """Give a file that is only ever replaced a second name, or copy it where the disk can't; raise OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        os.link(source, unfinished)
    except OSError:  # such as on a stick with FAT
        write_atomically(path, source.read_bytes())
        return
    unfinished.replace(path)
    unfinished.unlink(missing_ok=True)  # it stays where both were the same file before


def try_lock(descriptor: int) -> bool:
    """Lock an open file for this process, without waiting; the system lets go of it even after a crash."""
    if sys.platform == "win32":
        import msvcrt

        lock = partial(msvcrt.locking, descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        lock = partial(fcntl.flock, descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        lock()
    except OSError:
        return False
    return True


def _find(folder: str, name: str) -> Path:
    """Look in the wheel (`cnnviz/_resources`) first, then beside the package as in a checkout."""
    for root in (_PACKAGE / f"_{folder}", _PACKAGE.parent / folder):
        path = root / name
        if path.exists():
            return path
    raise FileError(
        f"{folder}/{name} is missing.",
        where=str(_PACKAGE),
        hint="The installation is incomplete; install cnnviz again.",
    )

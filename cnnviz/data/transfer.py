"""Fetching data sets from their public mirrors, file by file, with checksum, progress, cancel and resume.

pooch verifies, but can neither go on where a broken transfer stopped nor be cancelled within a file.

A file grows as `NAME.part` and gets its name only once its checksum is right. Closing the generator cancels:
the `.part` stays, and the next call asks the mirror for the rest of it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import http.client
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from cnnviz.data.remotes import Opener, Remote, RemoteFile
from cnnviz.errors import DownloadError
from cnnviz.events import Progress

CHUNK = 128 * 1024
open_url = functools.partial(urllib.request.urlopen, timeout=10)


def fetch(remote: Remote, folder: Path, opener: Opener = open_url) -> Generator[Progress, None, None]:
    """Fetch all files of `remote` into `folder`; see `remotes.download`."""
    done = 0
    yield Progress(f"{remote.title}: checking what is there", done, remote.size)
    with _disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(remote.files, 1):
        label = f"{remote.title}: {file.name} ({number} of {len(remote.files)})"
        if not _is_right(folder / file.name, file):
            for count in _fetch_file(file, remote.mirrors, folder, opener):
                yield Progress(label, done + count, remote.size)
        done += file.size
        yield Progress(label, done, remote.size)


def _fetch_file(
    file: RemoteFile, mirrors: tuple[str, ...], folder: Path, opener: Opener
) -> Generator[int, None, None]:
    """Try the mirrors in turn, yielding how many bytes of the file are there."""
    part = folder / f"{file.name}.part"
    complaints = []
    for mirror in mirrors:
        host = urllib.parse.urlsplit(mirror).netloc
        try:
            yield from _transfer(mirror + file.name, file, part, opener)
        except (OSError, http.client.HTTPException, _Refused) as error:
            complaints.append(f"{host}: {_reason(error)}")
            continue
        if _is_right(part, file):
            with _disk(folder):
                part.replace(folder / file.name)
            return
        part.unlink(missing_ok=True)
        complaints.append(f"{host}: the file has a wrong checksum")
    raise DownloadError(
        f"{file.name} could not be fetched ({'; '.join(complaints)}).",
        where=str(folder),
        hint="Check the connection and start the download again; it goes on where it stopped.",
    )


class _Refused(Exception):
    """The mirror answered with something that is not the file."""


def _transfer(url: str, file: RemoteFile, part: Path, opener: Opener) -> Generator[int, None, None]:
    """Bring `part` to its full size, asking only for what is missing; yield its size after every piece."""
    have = _size(part)
    if have == file.size:
        return
    headers = {"User-Agent": "cnnviz"}
    if 0 < have < file.size:
        headers["Range"] = f"bytes={have}-"
    with opener(urllib.request.Request(url, headers=headers)) as response:
        resumed = _resumes(response, have)
        have = have if resumed else 0
        _check_size(response, file.size - have)
        yield have
        with _disk(part.parent, part), part.open("ab" if resumed else "wb") as out:
            while have < file.size and (piece := _read(response, file.size - have)):
                out.write(piece)
                have += len(piece)
                yield have
            out.flush()
            os.fsync(out.fileno())
    if have < file.size:
        raise _Refused(f"the connection broke after {have:,} of {file.size:,} bytes")


def _resumes(response: Any, have: int) -> bool:
    """Whether the mirror sends the rest from byte `have` (206) and not the whole file (200)."""
    if response.status == http.client.PARTIAL_CONTENT:
        if not str(response.headers.get("Content-Range", "")).startswith(f"bytes {have}-"):
            raise _Refused("it sent another part of the file than the one asked for")
        return True
    return False


def _check_size(response: Any, expected: int) -> None:
    """Refuse a login or error page before it overwrites what has been fetched."""
    announced = str(response.headers.get("Content-Length", ""))
    if announced.isdecimal() and int(announced) != expected:
        raise _Refused(f"it offers {int(announced):,} bytes instead of {expected:,}")


def _read(response: Any, most: int) -> bytes:
    """Read a piece; a network failure becomes _Refused so that it is not taken for a failure of the disk."""
    try:
        piece: bytes = response.read(min(CHUNK, most))
    except (OSError, http.client.HTTPException) as error:
        raise _Refused(_reason(error)) from error
    return piece


@contextlib.contextmanager
def _disk(folder: Path, part: Path | None = None) -> Iterator[None]:
    """Turn a failing disk into DownloadError; what was half-written goes, to give the space back."""
    try:
        yield
    except OSError as error:
        if part is not None:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        raise DownloadError(
            f"The download can't be written ({error.strerror or error}).",
            where=str(folder),
            hint="Free some space, or choose another folder.",
        ) from error


def _is_right(path: Path, file: RemoteFile) -> bool:
    if _size(path) != file.size:
        return False
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
    except OSError:
        return False  # a file that can't be read is fetched again


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _reason(error: Exception) -> str:
    """Return a network failure in a few words."""
    if isinstance(error, urllib.error.HTTPError):
        return f"{error.code} {error.reason}"
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(reason) or type(error).__name__

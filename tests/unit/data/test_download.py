"""Downloads against a small server on this machine that behaves, or misbehaves in every way that is met."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import download
from cnnviz.data.remotes import REMOTES, Remote, RemoteFile
from cnnviz.data.transfer import CHUNK, fetch
from cnnviz.errors import DownloadError

IMAGES = np.random.default_rng(0).bytes(3 * CHUNK + 1234)
LABELS = b"a small file"
CONTENT = {"images.gz": IMAGES, "labels.gz": LABELS}


@dataclass
class Mirror:
    """A server whose behaviour a test sets; it remembers what it was asked for."""

    behaviour: str = "good"
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.strip("/")
        wanted = request.headers.get("Range", "")
        self.asked.append((name, wanted))
        if self.behaviour == "missing":
            request.send_error(404)
            return
        content = CONTENT[name]
        if self.behaviour == "corrupt":
            content = content[:-1] + b"?"
        if self.behaviour == "login page":
            content = b"<html>Please log in</html>"
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if self.behaviour == "no ranges":
            start = 0
        request.send_response(206 if start else 200)
        if start:
            first = 0 if self.behaviour == "wrong range" else start
            request.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        body = content[start:]
        request.wfile.write(body[: len(body) // 2] if self.behaviour == "breaks" else body)


@pytest.fixture
def mirrors() -> Iterator[list[Mirror]]:
    """Two mirrors, each its own server."""
    servers = []
    pair = [Mirror(), Mirror()]
    for mirror in pair:
        handler = type(
            "Handler",
            (BaseHTTPRequestHandler,),
            {"do_GET": lambda self, m=mirror: m.answer(self), "log_message": lambda *_: None},
        )
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        mirror.address = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
    yield pair
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def _remote(mirrors: list[Mirror]) -> Remote:
    files = tuple(RemoteFile(name, len(c), hashlib.sha256(c).hexdigest()) for name, c in CONTENT.items())
    return Remote("Test set", tuple(mirror.address for mirror in mirrors), files)


def _fetch(mirrors: list[Mirror], folder: Path) -> list[int]:
    """Fetch without any proxy of the environment; return the progress in bytes."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return [progress.done for progress in fetch(_remote(mirrors), folder, opener.open)]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_good_mirror(tmp_path: Path, mirrors: list[Mirror]) -> None:
    done = _fetch(mirrors, tmp_path / "new" / "set")
    assert {path.name: path.read_bytes() for path in (tmp_path / "new" / "set").iterdir()} == CONTENT
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == len(IMAGES) + len(LABELS)
    assert len(done) > 5
    assert mirrors[1].asked == []


def test_labels_and_total_of_the_progress(tmp_path: Path, mirrors: list[Mirror]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    seen = list(fetch(_remote(mirrors), tmp_path, opener.open))
    assert seen[0].label == "Test set: checking what is there"
    assert seen[-1].label == "Test set: labels.gz (2 of 2)"
    assert {progress.total for progress in seen} == {len(IMAGES) + len(LABELS)}


def test_files_that_are_there_are_not_fetched_again(tmp_path: Path, mirrors: list[Mirror]) -> None:
    _fetch(mirrors, tmp_path)
    (tmp_path / "labels.gz").write_bytes(b"something els")
    mirrors[0].asked.clear()
    _fetch(mirrors, tmp_path)
    assert mirrors[0].asked == [("labels.gz", "")]
    assert (tmp_path / "labels.gz").read_bytes() == LABELS


@pytest.mark.parametrize("behaviour", ["missing", "corrupt", "login page", "breaks"])
def test_the_second_mirror_helps_out(tmp_path: Path, mirrors: list[Mirror], behaviour: str) -> None:
    mirrors[0].behaviour = behaviour
    _fetch(mirrors, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == CONTENT


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("missing", "404 Not Found"),
        ("corrupt", "the file has a wrong checksum"),
        ("login page", "it offers 26 bytes instead of"),
    ],
)
def test_when_nobody_can_deliver(tmp_path: Path, mirrors: list[Mirror], behaviour: str, reason: str) -> None:
    for mirror in mirrors:
        mirror.behaviour = behaviour
    with pytest.raises(DownloadError, match=f"images.gz could not be fetched .*{reason}.*{reason}"):
        _fetch(mirrors, tmp_path)
    assert _names(tmp_path) == []


def test_a_broken_connection_is_resumed(tmp_path: Path, mirrors: list[Mirror]) -> None:
    for mirror in mirrors:
        mirror.behaviour = "breaks"
    with pytest.raises(DownloadError, match=r"the connection broke after .* of .* bytes.*goes on where it"):
        _fetch(mirrors, tmp_path)
    assert _names(tmp_path) == ["images.gz.part"]
    have = (tmp_path / "images.gz.part").stat().st_size
    assert have > len(IMAGES) // 2
    mirrors[0].behaviour = "good"
    mirrors[0].asked.clear()
    _fetch(mirrors, tmp_path)
    assert mirrors[0].asked[0] == ("images.gz", f"bytes={have}-")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == CONTENT


def test_closing_cancels_and_the_next_call_resumes(tmp_path: Path, mirrors: list[Mirror]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    progress = fetch(_remote(mirrors), tmp_path, opener.open)
    while next(progress).done < CHUNK:
        pass
    progress.close()
    assert _names(tmp_path) == ["images.gz.part"]
    have = (tmp_path / "images.gz.part").stat().st_size
    assert 0 < have < len(IMAGES)
    _fetch(mirrors, tmp_path)
    assert ("images.gz", f"bytes={have}-") in mirrors[0].asked
    assert _names(tmp_path) == ["images.gz", "labels.gz"]


@pytest.mark.parametrize("behaviour", ["no ranges", "wrong range"])
def test_a_mirror_that_cannot_resume(tmp_path: Path, mirrors: list[Mirror], behaviour: str) -> None:
    mirrors[0].behaviour = behaviour
    (tmp_path / "images.gz.part").write_bytes(IMAGES[:1000])
    _fetch(mirrors, tmp_path)
    assert (tmp_path / "images.gz").read_bytes() == IMAGES


@pytest.mark.parametrize("part", [b"rubbish", b"!" * len(IMAGES), b"!" * (len(IMAGES) + 9)])
def test_a_rubbish_part_is_noticed(tmp_path: Path, mirrors: list[Mirror], part: bytes) -> None:
    (tmp_path / "images.gz.part").write_bytes(part)
    _fetch(mirrors, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == CONTENT


def test_a_machine_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        nobody = Mirror(address=f"http://127.0.0.1:{taken.getsockname()[1]}/")
        with pytest.raises(DownloadError, match=r"127\.0\.0\.1:\d+: .*refused"):
            _fetch([nobody], tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_full_disk(tmp_path: Path, mirrors: list[Mirror]) -> None:
    (tmp_path / "images.gz.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match=r"No space left.*Free some space, or choose another folder"):
        _fetch(mirrors, tmp_path)
    assert _names(tmp_path) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path, mirrors: list[Mirror]) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadError, match="The download can't be written"):
        _fetch(mirrors, tmp_path / "file" / "set")


def test_download_knows_the_official_files(tmp_path: Path) -> None:
    def nobody(request: urllib.request.Request) -> object:
        raise OSError(f"asked {request.full_url}")

    with pytest.raises(
        DownloadError, match="asked https://ossci-datasets.*; .*asked https://storage.google"
    ) as told:
        list(download("mnist", tmp_path, nobody))
    assert told.value.where == os.fspath(tmp_path / "mnist")
    for remote in REMOTES.values():
        assert len(remote.files) in (1, 4)
        assert all(mirror.endswith("/") for mirror in remote.mirrors)
        assert all(len(bytes.fromhex(file.sha256)) == 32 for file in remote.files)


def test_nothing_to_download(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="nothing to download for 'strokes'"):
        download("strokes", tmp_path)

"""Prints the lines of code per package and fails where a file has outgrown one idea: python .ci/sizes.py [FOLDER]."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

LIMIT = 350  # lines; around 150 is the aim


def count_lines(root: Path) -> dict[Path, int]:
    """Return the number of lines of every Python file below a folder, by path relative to it."""
    return {
        path.relative_to(root): len(path.read_text(encoding="utf-8").splitlines())
        for path in sorted(root.rglob("*.py"))
    }


def per_package(sizes: dict[Path, int]) -> dict[str, tuple[int, int]]:
    """Return (files, lines) per room: the first folder of a path, or the file itself at the top."""
    files, lines = Counter[str](), Counter[str]()
    for path, size in sizes.items():
        files[path.parts[0]] += 1
        lines[path.parts[0]] += size
    return {room: (files[room], lines[room]) for room in sorted(lines)}


def too_long(sizes: dict[Path, int], limit: int = LIMIT) -> list[tuple[Path, int]]:
    """Return the files with more lines than the limit, longest first."""
    return sorted(((p, n) for p, n in sizes.items() if n > limit), key=lambda item: -item[1])


def main(root: Path) -> int:
    """Print the report; return 1 where a file is too long."""
    sizes = count_lines(root)
    for room, (files, lines) in per_package(sizes).items():
        print(f"{room:<16} {files:>4} files {lines:>7,} lines")
    print(f"{'together':<16} {len(sizes):>4} files {sum(sizes.values()):>7,} lines")
    long = too_long(sizes)
    for path, lines in long:
        print(f"{root / path}: {lines} lines, {LIMIT} allowed; is it still one idea?", file=sys.stderr)
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "cnnviz")))

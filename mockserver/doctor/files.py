"""Finds and reads the files that may hold code, within bounds."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .comments import STYLES

MOST_FILES = 10_000
MOST_BYTES = 512 * 1024  # longer files were not written by hand
_DEEPEST = 24
_SKIPPED = frozenset(
    (
        *("node_modules", "bower_components", "site-packages", "dist-packages", "vendor"),
        *("build", "dist", "target", "out", "coverage", "htmlcov", "__pycache__"),
        *("test", "tests", "testing", "__tests__", "spec", "fixtures", "testdata", "__mocks__"),
    )
)  # tests may make mistakes on purpose
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # the first bytes of UTF-16, in which PowerShell writes files
_HIDDEN = frozenset((".github", ".circleci", ".devcontainer"))  # hidden folders to read
_ENDINGS = frozenset((*STYLES, "py", "ipynb", "env"))
_TEST = re.compile(r"(?:^test_.*|.*_test)\.\w+$|.*\.(?:test|spec|stories)\.\w+$|^conftest\.py$")
_GENERATED = re.compile(r"\.min\.|[-.]lock\.|^(?:package-lock|npm-shrinkwrap|composer)\.json$")
_TEMPLATE = re.compile(r"example|sample|template|dist$")
_DOTENV = re.compile(r"\.env(?:\.[\w.-]+)?$|.+\.env$")


@dataclass(frozen=True, slots=True)
class Source:
    """
    A file with its text.

    ``place``: the path of the file as the user would write it. ``kind``: the suffix of the file's
    name in lower case, or ``env`` for any file of variables.
    """

    place: str
    kind: str
    text: str


@dataclass(slots=True)
class Walk:
    """
    A search of a folder, or of a single file.

    ``looked``: how many files were read. ``unread``: how many files could not be read. ``cut_off``:
    whether there are more than ``MOST_FILES``.
    """

    root: Path
    looked: int = 0
    unread: int = 0
    cut_off: bool = False

    def sources(self) -> Iterator[Source]:
        """
        Yield the files with their texts, sorted by name.

        Links are not followed. Raises OSError if the root can't be read, or is a file of a kind
        that ``doctor`` does not read.
        """
        if not self.root.is_dir():
            yield self._named()
            return
        os.scandir(self.root).close()
        prefix = "" if self.root == Path() else f"{self.root}{os.sep}"
        for path in self._paths(str(self.root), 0):
            if self.looked >= MOST_FILES:
                self.cut_off = True
                return
            place = prefix + os.path.relpath(path, self.root)
            try:
                yield from self._read(Path(path), place, _kind(place.rpartition(os.sep)[2]))
            except OSError:
                self.unread += 1

    def _named(self) -> Source:
        """Return the root, a single file. Raises OSError if it can't be examined."""
        kind = _kind(self.root.name)
        if self.root.exists() and not self.root.is_file():
            raise OSError(errno.EINVAL, "it is neither a file nor a folder")
        found = next(self._read(self.root, str(self.root), kind), None)
        if found is None:
            most = MOST_BYTES // 1024
            raise OSError(errno.EINVAL, f"it is not text, or is longer than {most} KiB")
        if kind not in _ENDINGS:
            raise OSError(errno.EINVAL, "files with such a name are not read")
        return found

    def _paths(self, folder: str, depth: int) -> Iterator[str]:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            self.unread += 1
            return
        if depth and any(entry.name == "pyvenv.cfg" for entry in entries):
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if depth < _DEEPEST and not _is_skipped(entry.name):
                    yield from self._paths(entry.path, depth + 1)
            elif entry.is_file(follow_symlinks=False) and _is_wanted(entry.name):
                yield entry.path

    def _read(self, path: Path, place: str, kind: str) -> Iterator[Source]:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        self.looked += 1
        if len(data) <= MOST_BYTES and data.startswith(_UTF_16):
            yield Source(place, kind, data.decode("utf-16", "replace"))
        elif len(data) <= MOST_BYTES and b"\0" not in data:
            yield Source(place, kind, data.decode("utf-8-sig", "replace"))


def _is_skipped(name: str) -> bool:
    return name in _SKIPPED or (name.startswith(".") and name not in _HIDDEN)


def _is_wanted(name: str) -> bool:
    lower = name.lower()
    if _TEST.match(lower) or _GENERATED.search(lower):
        return False
    kind = _kind(lower)
    return kind in _ENDINGS and not (kind == "env" and _TEMPLATE.search(lower))


def _kind(name: str) -> str:
    """
    Return the kind of a file by its name.

    >>> _kind("app.TSX"), _kind(".env.local"), _kind("Dockerfile.dev")
    ('tsx', 'env', 'dockerfile')
    """
    lower = name.lower()
    if _DOTENV.match(lower):
        return "env"
    if lower.startswith("dockerfile") or lower == "containerfile":
        return "dockerfile"
    return lower.rpartition(".")[2]

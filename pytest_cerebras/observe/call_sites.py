"""Finds the line in the app's code that sends a request."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from types import FrameType

from .stack import outwards

_OURS = ("mockserver", "pytest_cerebras")
_HERE = Path(__file__).resolve().parents[2]
_KINDS = ("stdlib", "platstdlib", "purelib", "platlib", "scripts")
# the folders of Python itself and of installed packages
_INSTALLED = tuple({str(Path(sysconfig.get_path(kind)).resolve()) for kind in _KINDS})


def call_site(frame: FrameType | None = None) -> tuple[str, int] | None:
    """
    Return file and line of the innermost frame of the app or the test.

    Frames of installed packages, of Python itself and of this package don't count. The path is
    relative if the file is below the working directory. The result is None if there is no such
    frame, as when an event loop sends data some time after the app wrote it.
    """
    for one in outwards(frame or sys._getframe(1)):  # noqa: SLF001
        if (name := of_the_app(one.f_code.co_filename)) is not None:
            return name, one.f_lineno
    return None


def files_of_app(frame: FrameType | None) -> Iterator[str]:
    """Yield the app's files whose code is on the stack."""
    files = (one.f_code.co_filename for one in outwards(frame))
    yield from (file for file in files if of_the_app(file) is not None)


def packages_below(frame: FrameType | None) -> Iterator[str]:
    """Yield the installed packages on the stack, up to the app's innermost frame."""
    files = (one.f_code.co_filename for one in outwards(frame))
    inner = takewhile(lambda file: of_the_app(file) is None, files)
    yield from filter(None, map(_package_of, inner))


@lru_cache(4096)
def _package_of(filename: str) -> str:
    """Return the installed package to which a file belongs; an empty string if there is none."""
    for folder in ("site-packages", "dist-packages"):
        _, found, inside = filename.rpartition(f"{folder}/")
        package = inside.partition("/")[0].removesuffix(".py")
        if found and package not in _OURS:  # a wheel installs this package beside the others
            return package
    return ""


@lru_cache(4096)
def of_the_app(filename: str) -> str | None:
    """Return the name under which a file of the app is shown; None for any other file."""
    if filename.startswith("<"):
        return None
    path = Path(filename).resolve()
    parts = path.parts
    ours = path.is_relative_to(_HERE) and path.relative_to(_HERE).parts[0] in _OURS
    if "site-packages" in parts or "dist-packages" in parts or ours:
        return None
    if any(str(path).startswith(f"{folder}/") for folder in _INSTALLED):
        return None
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)

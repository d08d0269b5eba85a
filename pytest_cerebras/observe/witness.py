"""Keeps what a test shows of how its app took the answers: its values, its output, its files."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType

import pytest

from mockserver.verdicts.evidence import Evidence

from . import finish_reasons, own_frame
from .call_sites import files_of_app, packages_below
from .values import Values

_MOST_FILES = 200
_LONGEST = 1 << 20  # bytes of a file
_MENTIONS = ("finish_reason", "finishReason", "stop_reason")
_QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
_SEVERE = tuple(logging.getLevelName(level) for level in (30, 40, 50))
_MISSING = object()
_SDKS = frozenset({"openai", "cerebras"})
_TRANSPORTS = frozenset({"anyio", "h11", "h2", "httpcore", "httpcore2", "httpx", "httpx2"})
_TRANSPORTS |= {"respx", "sniffio", "tenacity", "backoff", "asyncio", "uvloop"}


class Witness:
    """
    Sees a test from its first request on; ``url`` is where the mock is.

    It holds the frame of the test function, so that its locals outlive it.
    """

    def __init__(self, item: pytest.Item, url: str = "") -> None:
        self.raised = False
        self._item = item
        self._url = url
        self._codes: frozenset[CodeType] = own_frame.codes_of(item)
        self._frame: FrameType | None = None
        self._before: Mapping[str, object] = {}
        self._files: set[str] = set()
        self._looked = False
        self._direct = True
        self._imported = 0
        self._watched: set[type] = set()
        self._patch: pytest.MonkeyPatch | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See what comes; at the end all is forgotten."""
        with pytest.MonkeyPatch.context() as patch:
            self._patch = patch
            try:
                yield
            finally:
                self._patch = self._frame = None
                self._before = {}

    def sees(self, frame: FrameType | None) -> None:
        """Note who sends a request; None when that is another process."""
        self._files.update(files_of_app(frame))
        own = own_frame.frame_of(self._codes, frame)
        if own is None and self._frame is None:
            own = own_frame.frame_elsewhere(self._codes)
            self._files.update(files_of_app(own))
        if own is not None and own is not self._frame:
            self._frame = own
            self._before = dict(own.f_locals)
        self._direct = self._direct and _uses_sdk(frame)
        if self._patch is not None and len(sys.modules) != self._imported:
            self._imported = len(sys.modules)
            self._watched |= finish_reasons.watch(self._patch, self._looks, self._watched)

    def evidence(self) -> Evidence | None:
        """Return what is known by now; None when the test function was never seen."""
        if self._frame is None:
            return None
        values, before = Values(self._is_raw), Values(self._is_raw)
        for name, value in list(self._frame.f_locals.items()):
            is_new = self._before.get(name, _MISSING) is not value
            (values if is_new else before).add(f"`{name}`", value, is_new=is_new)
        for where, text in self._written():
            before.add(where, text, is_new=False)
        return Evidence(
            held=[*values.held, *before.held],
            fields=values.fields,
            looked=self._looked or not (self._direct or self._is_blind()),
            complained=self._complained(),
            raised=self.raised or own_frame.raises(self._codes),
            catches=own_frame.catches(self._codes),
        )

    def _looks(self) -> None:
        self._looked = True

    def _is_blind(self) -> bool:
        """Whether no file of the app that was at work has a word for how an answer ends."""
        return not any(map(_mentions, self._files))

    def _is_raw(self, value: object) -> bool:
        """Whether a value is a response of the mock itself."""
        own = getattr(value, "__dict__", None)
        if not self._url or not isinstance(own, dict):
            return False
        asked = own.get("url") or getattr(own.get("_request"), "url", "") or own.get("_url")
        return str(asked).startswith(self._url)

    def _written(self) -> Iterator[tuple[str, str]]:
        """Yield what the test has printed, and what it has written into files of its own."""
        for _, name, text in getattr(self._item, "_report_sections", ()):
            if name == "stdout":
                yield "its output", text
        folder = getattr(self._item, "funcargs", {}).get("tmp_path")
        if isinstance(folder, Path):
            files = sorted(one for one in folder.rglob("*") if one.is_file())
            for file in files[:_MOST_FILES]:
                yield f"the file {file.name}", _read(file)

    def _complained(self) -> bool:
        """Whether there is a warning, something severe in the log, or on standard error."""
        for _, name, text in getattr(self._item, "_report_sections", ()):
            if name == "stderr" and text.strip():
                return True
            if name == "log" and any(level in text for level in _SEVERE):
                return True
        # pytest has put a list in the place of what would show warnings
        noted = getattr(getattr(warnings, "_showwarnmsg_impl", None), "__self__", ())
        return any(
            not issubclass(getattr(one, "category", _QUIET[0]), _QUIET)
            for one in (noted if isinstance(noted, list) else ())
        )


def _uses_sdk(frame: FrameType | None) -> bool:
    """Whether the app calls an SDK itself, in whose objects it is seen what it looks at."""
    packages = set(packages_below(frame))
    return bool(packages & _SDKS) and packages <= _SDKS | _TRANSPORTS


@lru_cache(1024)
def _mentions(file: str) -> bool:
    text = _read(Path(file))
    return any(word in text for word in _MENTIONS)


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_LONGEST).decode("utf-8", "replace")
    except OSError:
        return ""

"""Keeps what a test shows of how its app took the answers: its values, its output, its files."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest

from mockserver.verdicts.evidence import Evidence

from . import finish_reasons, item_frame
from .call_sites import files_of_app, packages_below
from .text_collector import TextCollector
from .turns import Turns

_MOST_FILES = 50
_LONGEST = 1 << 18  # bytes of a file, and of all files four times as many
# words of an app that may know how an answer ended
_MENTIONS = re.compile(
    r"finish_?reason|stop_?reason|usage|\[DONE\]|raw_response|streaming_response|event_hooks|"
    r"LengthFinish",
    re.IGNORECASE,
)
_CAPTURING = frozenset({"capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "recwarn"})
_QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
_MISSING = object()
_SDKS = frozenset({"openai", "cerebras"})
_TRANSPORTS = frozenset({"anyio", "h11", "h2", "httpcore", "httpcore2", "httpx", "httpx2"})
_TRANSPORTS |= {"respx", "sniffio", "uvloop"}
_PLAIN = (bool, bytes, float, int, str)
_CODE = (type, FunctionType, ModuleType, type(None))
_OF_TESTS = ("_pytest", "pytest", "pytest_cerebras", "mockserver", "openai", "cerebras", "pathlib")


class EvidenceCollector:
    """
    Sees a test from its first request on; ``url`` is where the mock is.

    It holds the frame of the test function, so that its locals outlive it, until ``finish``.
    """

    def __init__(self, item: pytest.Item, url: str = "") -> None:
        self._item = item
        self._url = url
        self._codes: frozenset[CodeType] = item_frame.codes_of(item)
        self._frame: FrameType | None = None
        self._before: Mapping[str, object] = {}
        self._turns = Turns(expects_errors=item_frame.raises(self._codes))
        self._files: set[str] = set()
        self._looked = False
        self._direct = True
        self._imported = 0
        self._watched: set[type] = set()
        self._patch: pytest.MonkeyPatch | None = None
        self._found: Evidence | None = None
        self._is_over = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See what comes; at the end all is forgotten."""
        with pytest.MonkeyPatch.context() as patch:
            self._patch = patch
            try:
                yield
            finally:
                self._patch = None
                self.finish(raised=True)

    def sees(self, frame: FrameType | None) -> int | None:
        """
        Note who sends a request, None when that is another process; return the turn of the test.

        It is 0 where the test function has not called who sends, and None where it is the app.
        """
        if self._is_over:
            return 0
        self._files.update(files_of_app(frame))
        own = item_frame.frame_of(self._codes, frame)
        if own is None and self._frame is None:
            own = item_frame.frame_elsewhere(self._codes)
            self._files.update(files_of_app(own))
        if own is not None and own is not self._frame:
            self._frame = own
            self._before = dict(own.f_locals)
        self._direct = self._direct and _uses_sdk(frame)
        if self._patch is not None and len(sys.modules) != self._imported:
            self._imported = len(sys.modules)
            self._watched |= finish_reasons.watch(self._patch, self._looks, self._watched)
        return 0 if own is None or frame is None else self._turns.sent_in(own, frame)

    def turn(self, frame: FrameType) -> int:
        """Return the turn of the test in which a frame lets a thread or task begin; 0 for none."""
        for one in (frame, item_frame.main_frame()):
            own = item_frame.frame_of(self._codes, one)
            if own is not None and one is not None:
                return self._turns.begun_in(own, one) or 0
        return 0

    def finish(self, *, raised: bool) -> None:
        """
        Keep what is known now, and let go of the test's values: it is over.

        ``raised`` says that it has ended by an exception, or has met one.
        """
        if not self._is_over:
            self._is_over = True
            self._found = None if raised else self._gathered()
            self._frame, self._before = None, {}

    def evidence(self) -> Evidence | None:
        """Return what is known; None when the test function was never seen, or can't be read."""
        return self._found if self._is_over else self._gathered()

    def _gathered(self) -> Evidence | None:
        if self._frame is None:
            return None
        try:
            return self._seen(dict(self._frame.f_locals))
        except Exception:  # noqa: BLE001 (whatever an app's objects are, they can't break its test)
            return None

    def _seen(self, now: Mapping[str, object]) -> Evidence:
        new = {
            name: one for name, one in now.items() if self._before.get(name, _MISSING) is not one
        }
        values, before, written = (
            TextCollector(self._is_raw),
            TextCollector(self._is_raw),
            TextCollector(),
        )
        for name, value in now.items():
            (values if name in new else before).add(name, value)
        for where, text in self._written():
            written.add_text(where, text)
        return Evidence(
            held=values.held,
            written=written.held,
            kept=before.held,
            fields=[*values.fields, *written.fields, ("warning", self._has_warned())],
            states=before.fields,
            looked=self._looked or not (self._direct or self._is_blind()),
            raised=item_frame.raises(self._codes),
            catches=item_frame.catches(self._codes),
            # what a test has printed is known at its end
            is_bare=self._is_over and self._is_bare(now, new),
        )

    def _looks(self) -> None:
        self._looked = True

    def _is_blind(self) -> bool:
        """Whether no file of the app that was at work has a word for how an answer ends."""
        return not any(map(_mentions, self._files))

    def _is_bare(self, now: Mapping[str, object], new: Mapping[str, object]) -> bool:
        """Whether there is no place for what an app may have told but one text."""
        handed = [one for one in new.values() if not _says_nothing(one)]
        quiet = not self._sections()
        own = not (item_frame.catches(self._codes) or item_frame.asks_mock(self._codes))
        stateless = all(_is_plain(one) for name, one in now.items() if name not in new)
        captures = _CAPTURING & set(getattr(self._item, "fixturenames", ()))
        seen = self._item.config.getoption("capture", "no") != "no" and not captures
        return (
            self._direct
            and self._is_blind()
            and quiet
            and own
            and stateless
            and seen
            and len(handed) == 1
        )

    def _is_raw(self, members: dict[str, Any]) -> bool:
        """Whether an object is a response of the mock itself, as the HTTP clients have them."""
        asked = next((members[name] for name in ("url", "_url") if name in members), None)
        request = members.get("_request")
        if asked is None and request is not None and _is_of(request, "httpx", "httpx2"):
            asked = request.url
        known = _is_of(asked, "builtins", "httpx", "httpx2", "yarl")
        return bool(self._url) and known and str(asked).startswith(self._url)

    def _sections(self) -> list[tuple[str, str]]:
        sections = getattr(self._item, "_report_sections", ())
        return [(name, text) for _, name, text in sections if text.strip()]

    def _written(self) -> Iterator[tuple[str, str]]:
        """Yield what the test has printed and logged, and written into files of its own."""
        left = 4 * _LONGEST
        for name, text in self._sections():
            yield ("its output" if name == "stdout" else f"its {name}"), text
        folder = getattr(self._item, "funcargs", {}).get("tmp_path")
        if isinstance(folder, Path):
            files = sorted(one for one in folder.rglob("*") if one.is_file())
            for file in files[:_MOST_FILES]:
                text = _read(file) if left > 0 else ""
                left -= len(text)
                yield f"the file {file.name}", text

    def _has_warned(self) -> bool:
        # pytest has put a list in the place of what would show warnings
        noted = getattr(getattr(warnings, "_showwarnmsg_impl", None), "__self__", ())
        return any(
            not issubclass(getattr(one, "category", _QUIET[0]), _QUIET)
            for one in (noted if isinstance(noted, list) else ())
        )


def _says_nothing(value: object) -> bool:
    """Whether a value of a test is code, or belongs to the test and not to the app."""
    kind = type(value)
    return kind in _CODE or _is_of(value, *_OF_TESTS)


def _is_of(value: object, *packages: str) -> bool:
    return type(value).__module__.partition(".")[0] in packages


def _is_plain(value: object) -> bool:
    return type(value) in _PLAIN or _says_nothing(value)


def _uses_sdk(frame: FrameType | None) -> bool:
    """Whether the app calls an SDK itself, in whose objects it is seen what it looks at."""
    packages = set(packages_below(frame))
    return bool(packages & _SDKS) and packages <= _SDKS | _TRANSPORTS


@lru_cache(1024)
def _mentions(file: str) -> bool:
    return _MENTIONS.search(_read(Path(file))) is not None


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_LONGEST).decode("utf-8", "replace")
    except OSError:
        return ""

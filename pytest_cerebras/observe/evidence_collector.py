"""
Collects evidence of how the app used the answers: the values, output and files of the test.

The verdicts need this evidence to recognize an app that presents half an answer as whole.
"""

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
_LONGEST = 1 << 18  # bytes of a file; all files together may have four times that
# an app with one of these words in its code may know how an answer ended
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
    Observes a test from its first request on; ``url`` is the mock's URL.

    The collector keeps the frame of the test function until ``finish``, so that the local variables
    stay readable.
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
        """Observe while the block runs, and then release the test's values."""
        with pytest.MonkeyPatch.context() as patch:
            self._patch = patch
            try:
                yield
            finally:
                self._patch = None
                self.finish(raised=True)

    def sees(self, frame: FrameType | None) -> int | None:
        """
        Record that a frame sends a request, and return the test's turn.

        ``frame`` is None if another process sends the request. The turn is 0 if the test function
        did not call the frame, and None if the test function is the app itself.
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
        """
        Return the turn of the test in which a frame starts a thread or task.

        The result is 0 if there is no turn.
        """
        for one in (frame, item_frame.main_frame()):
            own = item_frame.frame_of(self._codes, one)
            if own is not None and one is not None:
                return self._turns.begun_in(own, one) or 0
        return 0

    def finish(self, *, raised: bool) -> None:
        """
        Keep the evidence so far and release the test's values, because the test is over.

        ``raised`` is true if the test ended by an exception, or caught an expected one. In this
        case, there is no evidence.
        """
        if not self._is_over:
            self._is_over = True
            self._found = None if raised else self._gathered()
            self._frame, self._before = None, {}

    def evidence(self) -> Evidence | None:
        """Return the evidence; None if the test raised an exception or its values can't be read."""
        return self._found if self._is_over else self._gathered()

    def _gathered(self) -> Evidence | None:
        if self._frame is None:
            return None
        try:
            return self._seen(dict(self._frame.f_locals))
        except Exception:  # noqa: BLE001 (unusual objects of an app must not break its test)
            return None

    def _seen(self, now: Mapping[str, object]) -> Evidence:
        new = {
            name: one for name, one in now.items() if self._before.get(name, _MISSING) is not one
        }
        values, before = TextCollector(self._is_raw), TextCollector(self._is_raw)
        written = TextCollector()
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
            # the output of a test is complete only at its end
            is_bare=self._is_over and self._is_bare(now, new),
        )

    def _looks(self) -> None:
        self._looked = True

    def _is_blind(self) -> bool:
        """Return whether no app file on the stack of a request mentions how an answer ends."""
        return not any(map(_mentions, self._files))

    def _is_bare(self, now: Mapping[str, object], new: Mapping[str, object]) -> bool:
        """Return whether the app gave its test one text, and nothing that could mark it as cut."""
        if not (self._direct and self._is_blind()) or self._sections():
            return False
        if item_frame.catches(self._codes) or item_frame.asks_mock(self._codes):
            return False
        captures = _CAPTURING & set(getattr(self._item, "fixturenames", ()))
        if captures or self._item.config.getoption("capture", "no") == "no":
            return False  # the test may have read the app's output
        stateless = all(_is_plain(one) for name, one in now.items() if name not in new)
        return stateless and sum(not _says_nothing(one) for one in new.values()) == 1

    def _is_raw(self, members: dict[str, Any]) -> bool:
        """Return whether an object is an HTTP client's response with an answer of the mock."""
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
        """Yield the test's printed and logged output, and the files in its ``tmp_path``."""
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
        # pytest records warnings by replacing this function with a list's ``append``
        noted = getattr(getattr(warnings, "_showwarnmsg_impl", None), "__self__", ())
        return any(
            not issubclass(getattr(one, "category", _QUIET[0]), _QUIET)
            for one in (noted if isinstance(noted, list) else ())
        )


def _says_nothing(value: object) -> bool:
    """Return whether a value is None or code, or belongs to the test rather than to the app."""
    kind = type(value)
    return kind in _CODE or _is_of(value, *_OF_TESTS)


def _is_of(value: object, *packages: str) -> bool:
    return type(value).__module__.partition(".")[0] in packages


def _is_plain(value: object) -> bool:
    return type(value) in _PLAIN or _says_nothing(value)


def _uses_sdk(frame: FrameType | None) -> bool:
    """
    Return whether the app calls an SDK directly.

    In this case, the app's reads of an answer can be observed in the SDK's objects.
    """
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

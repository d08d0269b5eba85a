"""The outcome of a cell, from the notes on its app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.edge.play.clock import StallError
from mockserver.journal import Exchange

WHOLE, HALF, EMPTY, ERROR, HANG = "whole answer", "half answer", "empty answer", "error", "hang"

_STALLED = str(StallError())


@dataclass(frozen=True, slots=True)
class Noted:
    """
    The notes of a cell on its app.

    ``answer`` is None if the app returned none. ``error`` names the module and class of the
    exception that the app raised. ``cut`` says whether the last answer from the mock was
    incomplete, ``tool`` holds the arguments of each run of the tool, and ``told`` says what the
    mock had to break off.
    """

    answer: str | None
    error: str
    requests: int
    cut: bool
    tool: Sequence[Mapping[str, str]]
    seconds: float
    virtual: float
    verdicts: Sequence[str]
    sentences: Sequence[str]
    told: Sequence[str]
    versions: Mapping[str, str]
    timeline: Sequence[str]


def read(document: Mapping[str, Any]) -> Noted:
    """Return the notes of a cell, from their JSON."""
    return Noted(**document)


def is_cut(exchanges: Sequence[Exchange]) -> bool:
    """Return whether the last answer was incomplete."""
    last = exchanges[-1] if exchanges else None
    return last is not None and (last.failed or last.finish_reason == "length")


def outcome(noted: Noted) -> str:
    """Return in a word or two what the app handed to its user."""
    if noted.error == "KeyboardInterrupt":
        return HANG
    if any(sentence.startswith(_STALLED) for sentence in noted.told):
        return f"{HANG}, broken off by the mock"
    if noted.error:
        return f"{ERROR} ({noted.error})"
    if not (noted.answer or "").strip():
        return EMPTY
    return HALF if noted.cut else WHOLE


def tool_ran(asked: Sequence[Mapping[str, str]], whole: Mapping[str, str]) -> str:
    """Return whether the tool ran, and whether its arguments were whole or cut."""
    if not asked:
        return "no"
    part = next((arguments for arguments in asked if arguments != whole), None)
    what = "whole arguments" if part is None else f"cut arguments ({_told(part, whole)})"
    return f"with {what}" if len(asked) == 1 else f"with {what}, {len(asked)} times"


def _told(part: Mapping[str, object], whole: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {part[key]}" for key in part if part[key] != whole.get(key))

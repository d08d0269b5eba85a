"""How an app says of an answer that it is not whole: by a field beside it, or by what follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

Place: TypeAlias = Literal["end", "line", "more", "absent"]
"""
What follows a text within another: nothing that counts, more on the same line, more on other
lines; or it is not there at all.
"""

# by which name a field may say of an answer that it is not whole, and by which values
_TELLS: Mapping[str, tuple[object, ...]] = {
    **dict.fromkeys(
        ("complete", "completed", "done", "final", "finished", "ok", "success", "valid", "whole"),
        (False,),
    ),
    **dict.fromkeys(
        (
            "aborted",
            "cut",
            "cut_off",
            "failed",
            "incomplete",
            "interrupted",
            "partial",
            "truncated",
            "unfinished",
        ),
        (True,),
    ),
    "finish_reason": ("length", "incomplete", "error", None),
    "stop_reason": ("length", "max_tokens", "incomplete", "error", None),
}
_TROUBLE = ("error", "errors", "exception", "warning", "warnings")  # by names; any value tells
_WORDS = re.compile(
    r"abort|\bcut|error|fail|incomplete|interrupt|\blength\b|partial|time_?d?_?out|truncat|"
    r"unfinish",
    re.IGNORECASE,
)
_STATUS = ("status_code", "_status_code")
_REFUSED, _PARTIAL = 400, 206  # of HTTP
_LONGEST_WORD = 40  # letters; what is longer is no flag
# what says nothing of an answer, though it stands beside one
_NEUTRAL = re.compile(
    r"author|base_url|channel|content_type|created|date|from|id|index|key|kind|"
    r"lang|language|level|model|name|number|object|path|prompt|question|role|"
    r"sender|session_id|thread_id|time|timestamp|title|tokens|topic|type|url|user|"
    r"user_id|version"
)
_NEUTRAL_VALUES = re.compile(r"ai|assistant|bot|content|message|model|system|text|tool|user")
# what may close a text that stands in another: quotes, brackets, the end of an element
_CLOSES = re.compile(r"""(?:[\s"'`*_)\]}>»”\u2019,;|]|\\n|</?\w+/?>|data: ?\[DONE\])*""")
_SPACE = re.compile(r"\s+")


def tells(name: str, value: object) -> bool:
    """
    Return whether a field says that an answer is not whole.

    >>> tells("is_complete", False), tells("finish_reason", None), tells("state", "PARTIAL")
    (True, True, True)
    >>> tells("complete", True), tells("error", None), tells("text", "It is partial to tea.")
    (False, False, False)
    """
    plain = _plain(name)
    if _NEUTRAL.fullmatch(plain):
        return False
    if isinstance(value, bool) or value is None or isinstance(value, str):
        word = value.lower() if isinstance(value, str) else value
        if word in _TELLS.get(plain, ()):
            return True
    if name in _STATUS and isinstance(value, int):
        return value >= _REFUSED or value == _PARTIAL
    if plain in _TROUBLE:
        return bool(value)
    return isinstance(value, str) and is_word(value) and bool(_WORDS.search(value))


def may_tell(name: str, value: object) -> bool:
    """
    Return whether a field may say so, in a way that nobody else knows.

    >>> may_tell("vollstaendig", False), may_tell("zustand", "halb"), may_tell("model", "gpt-oss")
    (True, True, False)
    """
    plain = _plain(name)
    if _NEUTRAL.fullmatch(plain) or plain in _TELLS:
        return False
    if isinstance(value, str):
        return bool(value) and is_word(value) and not _NEUTRAL_VALUES.fullmatch(value.lower())
    return isinstance(value, bool)


def _plain(name: str) -> str:
    return name.lower().lstrip("_").removeprefix("is_").removeprefix("was_")


def is_word(text: str) -> bool:
    """Return whether a text is short and has no spaces, as a flag."""
    return len(text) <= _LONGEST_WORD and not _SPACE.search(text.strip())


def place_of(text: str, whole: str) -> Place:
    r"""
    Return what follows a text within a longer one, where it stands last.

    >>> place_of("Once upon", "Bot: Once upon\n"), place_of("Once upon", "Once upon [cut]")
    ('end', 'line')
    >>> place_of("Once upon", "Once upon\nBye!"), place_of("Once upon", "Never")
    ('more', 'absent')
    """
    rest = _rest(text.strip(), whole)
    if rest is None:  # an app may have changed the space between words
        rest = _rest(_SPACE.sub(" ", text.strip()), _SPACE.sub(" ", whole))
        return "absent" if rest is None else "more" if _is_something(rest) else "end"
    if not _is_something(rest):
        return "end"
    closing = _CLOSES.match(rest)
    between = rest[: closing.end()] if closing else ""
    return "more" if "\n" in between or "\\n" in between else "line"


def _rest(text: str, whole: str) -> str | None:
    at = whole.rfind(text) if text else -1
    return None if at < 0 else whole[at + len(text) :]


def _is_something(rest: str) -> bool:
    return _CLOSES.fullmatch(rest) is None

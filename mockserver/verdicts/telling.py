"""How an app marks an answer as incomplete: by a field beside the answer, or by text after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

Place: TypeAlias = Literal["end", "line", "more", "absent"]
"""
What follows a text within a longer one. ``end``: nothing but closing characters. ``line``: more
text on the same line. ``more``: more text on other lines. ``absent``: the longer text does not have
this text.
"""

_WHOLE = ("complete", "completed", "done", "final", "finished", "ok", "success", "valid", "whole")
_HALF = (
    *("aborted", "cut", "cut_off", "failed", "incomplete"),
    *("interrupted", "partial", "truncated", "unfinished"),
)
# fields that mark an answer as incomplete, with the values that do so
_TELLS: Mapping[str, tuple[object, ...]] = {
    **dict.fromkeys(_WHOLE, (False,)),
    **dict.fromkeys(_HALF, (True,)),
    "finish_reason": ("length", "incomplete", "error", None),
    "stop_reason": ("length", "max_tokens", "incomplete", "error", None),
    "status": ("incomplete", "truncated", "partial"),
}
# fields that mark an answer as incomplete if their value is truthy
_TROUBLE = frozenset(
    {"err", "error", "errors", "exception", "failure", "problem", "problems", "warning", "warnings"}
)
_WORDS = re.compile(
    r"\berr\b|abort|apolog|broke|\bcut|error|exceed|fail|incomplete|interrupt|\blength\b|\blost\b|"
    r"partial|\bparts?\b|reject|sorry|stopped|time_?d?_?out|too long|truncat|unfinish|unavailable|"
    r"went wrong|not (?:all|complete|done|finished|whole)|[\u26a0\u274c\u2702\u203c\u2757]",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")  # the words of a name, also in camel case
_NAMES = re.compile(
    r"attempts?|bad|broken|chunks?|cut|discard(?:ed)?|draft|err|errors?|fail|failed|failure|"
    r"incomplete|pa?rt|parts?|partial|pieces?|raw|reject(?:ed)?|served|so_far|tmp|truncated",
    re.IGNORECASE,
)
_STATUS = frozenset({"status", "status_code", "code"})
_EXIT = frozenset({"code", "exit_code", "exitcode", "returncode", "return_code"})
_REFUSED, _PARTIAL = 400, 206  # HTTP statuses
# fields about the question, whose words say nothing about the answer
_ASKED = re.compile(r"base_url|id|model|path|prompt|question|url|scenario")
# characters that may follow the end of a text within another: quotes, brackets, end tags
_CLOSES = re.compile(r"""(?:[\s"'`*_)\]}>»”\u2019,;|]|\\n|</?\w+/?>|data: ?\[DONE\])*""")
_LONGEST_CHANGED = 20_000  # characters; in longer texts, the search requires unchanged white space
_SPACE = re.compile(r"\s+")
_LONG = 2000  # characters; a longer text is no remark
UNIQUE = 24  # characters; a shorter text may be in another by chance


def tells(name: str, value: object) -> bool:
    """
    Return whether a field marks an answer as incomplete.

    >>> tells("is_complete", False), tells("finish_reason", None), tells("state", "PARTIAL")
    (True, True, True)
    >>> tells("complete", True), tells("error", None), tells("text", "It is about tea.")
    (False, False, False)
    """
    if tells_by_name(name, value):
        return True
    return isinstance(value, str) and not _ASKED.fullmatch(_plain(name)) and says_so(value)


def tells_by_name(name: str, value: object) -> bool:
    """Return whether a known field has a value that marks an answer as incomplete."""
    plain = _plain(name)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        word = value.lower() if isinstance(value, str) else value
        if word in _TELLS.get(plain, ()):
            return True
    if type(value) is int and plain in _STATUS | _EXIT:
        refused = value >= _REFUSED or value == _PARTIAL
        return (plain in _STATUS and refused) or (plain in _EXIT and 0 < value < _PARTIAL)
    return plain in _TROUBLE and bool(value)


def says_so(text: str) -> bool:
    """Return whether a text has a word or a symbol that reports a problem."""
    return _WORDS.search(text) is not None


def own_words(texts: Sequence[str], served: Sequence[str]) -> Iterator[str]:
    """
    Yield what an app itself says in the texts of one place, without the words that it was served.

    A long part of a served text is not the app's own, however its white space was changed. A short
    part, such as a token, is not the app's own if the texts have all parts, in their order.

    >>> list(own_words(["Once", " cut", " stone", "[cut]"], ["Once cut stone"]))
    ['[cut]']
    >>> list(own_words(["Once cut stone", "cut"], ["Once cut stone"]))
    [' ', 'cut']
    """
    bare = [_bare(one) for one in served]
    left = [text for text in texts if text.strip()]
    for whole in bare:
        while parts := _parts_of(whole, left):
            left = [text for at, text in enumerate(left) if at not in parts]
    for text in left:
        own = text
        for one in served:
            own = own.replace(one, " ")
        short = _bare(own)
        is_served = short in bare or (len(short) >= UNIQUE and any(short in one for one in bare))
        if not is_served and len(own) <= _LONG:
            yield own


def _parts_of(whole: str, texts: Sequence[str]) -> frozenset[int]:
    """Return the indexes of the texts that make up the whole, at least two; empty if none do."""
    at, found = 0, list[int]()
    for number, text in enumerate(texts):
        part = _bare(text)
        if len(part) < len(whole) and whole.startswith(part, at):
            at += len(part)
            found.append(number)
    return frozenset(found if at and at == len(whole) else ())


def _bare(text: str) -> str:
    return _SPACE.sub("", text).casefold()


def is_named_so(name: str) -> bool:
    """
    Return whether a name calls an answer a part, a failure, or something unfinished.

    >>> is_named_so("partial_text"), is_named_so("PartialAnswer"), is_named_so("answer.md.part")
    (True, True, True)
    >>> is_named_so("answer"), is_named_so("particle"), is_named_so("`answer`")
    (False, False, False)
    """
    return any(_NAMES.fullmatch(part) for part in _PARTS.findall(name.replace("so_far", "partial")))


def _plain(name: str) -> str:
    return name.lower().lstrip("_").removeprefix("is_").removeprefix("was_")


def place_of(text: str, whole: str) -> Place:
    r"""
    Return the kind of text that follows the last occurrence of a text within a longer one.

    >>> place_of("Once upon", "Bot: Once upon\n"), place_of("Once upon", "Once upon [cut]")
    ('end', 'line')
    >>> place_of("Once upon", "Once upon\nBye!"), place_of("Once upon", "Never")
    ('more', 'absent')
    """
    if len(whole) < len(text.strip()):
        return "absent"
    rest = _rest(text.strip(), whole)
    if rest is None:  # the app may have changed the white space between words
        if len(whole) > _LONGEST_CHANGED:
            return "absent"
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

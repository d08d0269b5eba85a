"""Blanks out the comments in languages that are read only as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["slashes", "hash", "both", "none"]
STYLES: Mapping[str, Style] = {
    **dict.fromkeys(("js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"), "slashes"),
    **dict.fromkeys(("go", "java", "kt", "kts", "rs", "cs", "swift", "scala", "dart"), "slashes"),
    **dict.fromkeys(("rb", "ex", "exs", "sh", "bash", "zsh"), "hash"),
    **dict.fromkeys(("yaml", "yml", "toml", "ini", "cfg", "conf", "dockerfile"), "hash"),
    "php": "both",
    "json": "none",
}
"""The comment markers of a file, by the suffix of its name."""
_STRINGS = "|".join(
    rf"{quote}(?:[^{quote}\\{end}]++|\\.){{0,64}}+{quote}"  # few escapes, for speed
    for quote, end in (('"', r"\n"), ("'", r"\n"), ("`", ""))
)
_SLASHES = r"//[^\n]*+|/\*.*?(?:\*/|\Z)"
_HASH = r"(?:^|(?<=\s))[#;][^\n]*+"
_TOKENS: Mapping[Style, re.Pattern[str]] = {
    "slashes": re.compile(f"({_STRINGS})|{_SLASHES}", re.DOTALL),
    "hash": re.compile(f"({_STRINGS})|{_HASH}", re.MULTILINE),
    "both": re.compile(f"({_STRINGS})|{_SLASHES}|{_HASH}", re.DOTALL | re.MULTILINE),
}
_CHARACTER = re.compile(r"[^\n]")


def without_comments(text: str, style: Style) -> str:
    """
    Return a text with its comments blanked out; lines and columns stay the same.

    >>> without_comments('a = "http://x" // old', "slashes")
    'a = "http://x"       '
    """
    pattern = _TOKENS.get(style)
    if pattern is None:
        return text
    return pattern.sub(lambda one: one[0] if one[1] else _CHARACTER.sub(" ", one[0]), text)

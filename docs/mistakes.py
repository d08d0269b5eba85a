"""
Writes ``mistakes.md``, the page on set-up mistakes: ``python docs/mistakes.py``.

Its rows are those of the tables in ``mockserver.verdicts.mistakes`` and ``mockserver.doctor``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from mockserver.doctor.packages import FAULTS
from mockserver.doctor.rules import RULES
from mockserver.verdicts.mistakes import MISTAKES

PAGE = Path(__file__).parent / "mistakes.md"
_INTRODUCTION = """\
<!-- Written by `python docs/mistakes.py`: change the tables in the code, not this page. -->
# Mistakes in a client's set-up

These are the mistakes that the mock knows by name. A failed test, `explain`, and the log of `serve`
name the mistake that made the API refuse a request. [`doctor`](doctor.md) finds mistakes in the
environment or in code, before a request is sent.

With an error, no request succeeds. With a warning, requests succeed until something goes wrong.
Words in braces are filled in. The source of a row is a public report of the mistake, or a page that
documents the right way.
"""
_REFUSED = """\
## What the API refuses

If several apply, the first one in the table is named.
"""
_OWN = """\
## What no refusal shows

Only [`doctor`](doctor.md) finds these.
"""
_RELEASED = """\
## What releases do wrong

[`doctor`](doctor.md) finds these among the packages that are installed beside it. A row that names
two packages applies only if both are installed. The first and the last release of each span were
tried, and so was the release after the span; only the releases of `litellm-stolen` were not tried.
"""
_WORD = re.compile(r"\{(?:it\.)?(\w+)(?:![rs])?(?::[^{}]*)?\}")
_SHORTER: Mapping[str, str] = {"asked": "path"}


class Row(Protocol):
    """A row of either table."""

    @property
    def name(self) -> str:
        """The name of the mistake in findings."""

    @property
    def what(self) -> str:
        """What is wrong."""

    @property
    def fix(self) -> str:
        """What to do instead."""

    @property
    def source(self) -> str:
        """The URL of a public report, or of the documentation."""

    @property
    def severity(self) -> str:
        """How severe the mistake is: ``error`` or ``warning``."""


def page() -> str:
    """Return the text of the page."""
    tables = (_REFUSED, *_table(MISTAKES), _OWN, *_table(RULES.values()))
    return "\n".join((_INTRODUCTION, *tables, _RELEASED, _faults()))


def _table(rows: Iterable[Row]) -> Iterator[str]:
    lines = (
        f"| `{row.name}` | {row.severity} | {_said(row.what)} | {_said(row.fix)} | {_link(row)} |"
        for row in rows
    )
    head = "| name | severity | what is wrong | the fix | source |\n|---|---|---|---|---|"
    yield "\n".join((head, *lines)) + "\n"


def _faults() -> str:
    """Return the table of what releases do wrong."""
    lines = (
        f"| `{row.name}` | {row.severity} | {_spans(row.versions)} | {_said(row.what)} | "
        f"{_said(row.fix)} | {_link(row)} |"
        for row in FAULTS
    )
    head = "| name | severity | releases | what is wrong | the fix | source |"
    return "\n".join((head, "|---|---|---|---|---|---|", *lines)) + "\n"


def _spans(versions: Mapping[str, str]) -> str:
    return " with ".join(f"`{name}{span}`" for name, span in versions.items())


def _said(sentence: str) -> str:
    """Return a sentence, with words in braces for its facts, escaped for a Markdown table."""
    told = _WORD.sub(lambda found: f"{{{_SHORTER.get(found[1], found[1])}}}", sentence)
    return re.sub(r"([|*_<>])", r"\\\1", told.replace("{{", "{").replace("}}", "}"))


def _link(row: Row) -> str:
    return f"[{urlsplit(row.source).hostname}]({row.source})"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

"""The findings in an environment and under a path, sorted and counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mockserver.api.contract import editions
from mockserver.api.contract.edition import Edition

from . import environment, packages, python_source, text_source
from .comments import STYLES
from .files import Source, Walk
from .finding import Finding
from .notebooks import cells
from .variables import of_environment, of_file

_DATED = re.compile(r"\d{4}-\d{2}")
_REAL = "csk-"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """
    The findings, the worst first, and the number of files that were read.

    ``unread``: how many files could not be read. ``cut_off``: whether there are more files than
    ``doctor`` reads.
    """

    findings: tuple[Finding, ...]
    files: int
    unread: int = 0
    cut_off: bool = False

    @property
    def summary(self) -> str:
        """The result on one line."""
        count = len(self.findings)
        found = _counted(count, "finding") if count else "nothing found"
        more = "".join(
            (
                f"; {_counted(self.unread, 'file')} could not be read" * bool(self.unread),
                "; there are more files, so name a smaller folder" * self.cut_off,
            )
        )
        return f"{found} in {_counted(self.files, 'file')} and the environment{more}"


def served(name: str | None) -> Edition:
    """
    Return the named edition, or the newest.

    If the edition has no prefix for API keys, the prefix of real keys is added.

    Raises UnknownNameError, DocumentError.
    """
    newest = max(filter(_DATED.fullmatch, editions.names()))
    edition = editions.load(name or newest)
    keys = replace(edition.keys, prefix=edition.keys.prefix or _REAL)
    return replace(edition, keys=keys)


def diagnose(
    root: Path, environ: Mapping[str, str], versions: Mapping[str, str], edition: Edition
) -> Diagnosis:
    """
    Examine the environment, the installed packages, and the files under a path.

    Raises OSError if the path can't be read.
    """
    walk = Walk(root)
    sources = [one for one in walk.sources() if _concerns(one)]
    read_by_code = _read_by_code([code for one in sources if (code := _code(one))])
    look = partial(environment.findings, edition=edition, read_by_code=read_by_code)
    found = [
        *look(of_environment(environ), exists=lambda path: Path(path).exists()),
        *packages.findings(versions),
        *(
            finding
            for one in sources
            if one.kind == "env"
            for finding in look(of_file(one.text, one.place), exists=lambda _: True)
        ),
        *(finding for one in sources for finding in _of_code(one, edition, read_by_code)),
    ]
    return Diagnosis(sorted_and_folded(found), walk.looked, walk.unread, walk.cut_off)


def sorted_and_folded(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings, the worst first; equal findings in a file become one with a count."""
    first: dict[Finding, Finding] = {}
    for one in sorted(set(found), key=lambda one: one.rank):
        kind = replace(one, line=0)
        known = first.get(kind)
        first[kind] = one if known is None else replace(known, more=known.more + 1)
    return tuple(first.values())


def _read_by_code(programs: list[str]) -> frozenset[str]:
    """
    Return the variables that the user's programs read and may pass to any client.

    CEREBRAS_BASE_URL is also returned if there are programs but none of them uses the Cerebras SDK.
    """
    names = frozenset(name for code in programs for name in text_source.variables_read(code))
    is_known = not programs or any(map(text_source.has_sdk, programs))
    return names if is_known else names | {"CEREBRAS_BASE_URL"}


def _concerns(source: Source) -> bool:
    return source.kind == "env" or text_source.mentions_cerebras(source.text)


def _code(source: Source) -> str:
    """Return the text of a program, or "" for a configuration file."""
    is_code = source.kind == "py" or STYLES.get(source.kind) in text_source.CODE
    return source.text if is_code else ""


def _of_code(source: Source, edition: Edition, read_by_code: frozenset[str]) -> Iterator[Finding]:
    if source.kind == "py":
        yield from python_source.findings(source.text, source.place, edition)
    elif source.kind == "ipynb":
        for place, code in cells(source.text, source.place):
            yield from python_source.findings(code, place, edition)
    elif source.kind in STYLES:
        yield from text_source.findings(
            source.text,
            source.place,
            edition,
            style=STYLES[source.kind],
            read_by_code=read_by_code,
        )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"

"""Checks files that contain a scenario or an edition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from mockserver.api.contract import editions
from mockserver.core.documents import SUFFIXES, Document, read_text
from mockserver.core.errors import DocumentError
from mockserver.core.units import counted

from . import names, read
from .schemas import TYPES, DocumentKind

_KEYS: Mapping[DocumentKind, frozenset[str]] = {
    kind: frozenset(field.name for field in fields(type_)) for kind, type_ in TYPES.items()
}
_MOST_KEYS = 100  # only this many keys of a file are used to find its kind
_Check: TypeAlias = Callable[[str, str], tuple[str, list[str]]]
"""Maps the text and path of a file to its contents and warnings; raises DocumentError."""


@dataclass(frozen=True, slots=True)
class Checked:
    """
    The result for one file.

    ``kind``: scenario or edition, or None if the file could not be read. ``holds``: a summary of
    the file's contents. ``wrong``: the errors, one per line. ``odd``: the warnings about a valid
    file.
    """

    file: str
    kind: DocumentKind | None = None
    holds: str = ""
    wrong: str = ""
    odd: Sequence[str] = ()

    def __str__(self) -> str:
        return self.summary(strict=False)

    def summary(self, *, strict: bool) -> str:
        """Return the result as text; ``strict`` treats warnings as errors."""
        if self.wrong:
            return (
                f"{self.wrong}\n{self.file}: not a valid {self.kind}" if self.kind else self.wrong
            )
        if strict and self.odd:
            odd = counted(len(self.odd), "warning")
            return f"{self.file}: fails --strict, {self.kind} {self.holds}, {odd}"
        return f"{self.file}: ok, {self.kind} {self.holds}"


def check(path: str) -> Iterator[Checked]:
    """Yield the result for a file, or for each YAML file in a folder and its sub-folders."""
    if not Path(path).is_dir():
        yield _checked(path)
        return
    files = list(_files(Path(path)))
    if not files:
        yield Checked(path, wrong=f"{path}: this folder contains no {' or '.join(SUFFIXES)} file")
    yield from map(_checked, files)


def _files(folder: Path) -> Iterator[str]:
    """Yield the YAML files in a folder in alphabetical order, without hidden files."""
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix in SUFFIXES and file.is_file() and not hidden:
            yield str(file)


def _checked(file: str) -> Checked:
    kind: DocumentKind | None = None
    try:
        text = read_text(file)
        kind = kind_of(Document(text, source=file).data)
        holds, odd = _CHECKS[kind](text, file)
        return Checked(file, kind, holds, odd=odd)
    except DocumentError as error:
        return Checked(file, kind, wrong=str(error))


def kind_of(data: Any) -> DocumentKind:
    """
    Return the kind of a file: scenario or edition, whichever has more of the file's keys.

    A misspelt key counts as the key that it resembles. In a tie, a file that extends an edition is
    an edition, even if the name is misspelt; any other file is a scenario.
    """
    known = sorted(frozenset[str]().union(*_KEYS.values()))
    meant = {
        near: value
        for key, value in islice(data.items() if isinstance(data, dict) else (), _MOST_KEYS)
        for near in get_close_matches(str(key), known, n=1)
    }
    edition, scenario = (len(meant.keys() & _KEYS[kind]) for kind in ("edition", "scenario"))
    if edition == scenario:
        known = [*editions.names(), *names()]
        extended = get_close_matches(str(meant.get("extends")), known, n=1)
        return "edition" if extended and extended[0] in editions.names() else "scenario"
    return "edition" if edition > scenario else "scenario"


def _scenario(text: str, path: str) -> tuple[str, list[str]]:
    found = read(text, source=path)
    rules = counted(len(found.scenario.rules), "rule")
    return f"{found.scenario.name!r}, {rules}", found.warnings()


def _edition(text: str, path: str) -> tuple[str, list[str]]:
    found = editions.parse(text, source=path)
    models, tiers = counted(len(found.models), "model"), counted(len(found.tiers), "tier")
    return f"{found.name!r}, {models}, {tiers}", []


_CHECKS: Mapping[DocumentKind, _Check] = {"scenario": _scenario, "edition": _edition}

"""
Things to fix: the symptoms of many tests, grouped by their cause.

A cause is a rule that the client breaks, or an exception, with the line of the app where it
happens. One bug may show in many cells of the matrix, but the user should read about the bug only
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mockserver.core.units import counted
from mockserver.verdicts.patterns import PATTERNS
from pytest_cerebras.session.symptoms import Symptom

_SHOWN = 4  # the most scenarios that a title names
_MOST = 25  # the most causes that are listed


@dataclass(frozen=True, slots=True)
class Cause:
    """
    The common cause of symptoms in some tests, at some lines.

    Only the ``first`` symptom is shown.
    """

    first: Symptom
    tests: tuple[str, ...]
    scenarios: tuple[str, ...]
    sites: tuple[str, ...]

    @property
    def pattern(self) -> Sequence[str]:
        """Lines of Python that show correct code; empty if this cause has no example."""
        return PATTERNS.get(self.first.what, ())

    @property
    def title(self) -> str:
        """The cause on one line, with its place and the number of cells."""
        more = len(self.scenarios) - _SHOWN
        named = ", ".join(self.scenarios[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        at = f" at {self.first.site}" if self.first.site else ""
        if len(self.sites) > 1:
            at += f" and {counted(len(self.sites) - 1, 'more line')}"
        return f"{self.first.what}{at} ({counted(len(self.tests), 'cell')}: {named})"


def things(symptoms: Sequence[tuple[str, Symptom]]) -> tuple[str, list[Cause]]:
    """Return the causes, and a title that counts the things to fix and the affected cells."""
    bad = [one for one in symptoms if one[1].how != "advice"]
    found = _causes(bad, lambda symptom: (symptom.what, symptom.site))
    cells = len({test for test, _ in bad})
    return f"{counted(len(found), 'thing')} to fix, {counted(cells, 'cell')}", found


def advice(symptoms: Iterable[tuple[str, Symptom]]) -> list[Cause]:
    """Return the causes of advice. A rule counts once for the whole app, not once for each line."""
    better = [one for one in symptoms if one[1].how == "advice"]
    return _causes(better, lambda symptom: symptom.what)


def _causes(
    symptoms: Iterable[tuple[str, Symptom]], key: Callable[[Symptom], object]
) -> list[Cause]:
    """Return the causes of symptoms; causes that affect the most tests come first."""
    found: dict[object, list[tuple[str, Symptom]]] = {}
    for test, symptom in symptoms:
        found.setdefault(key(symptom), []).append((test, symptom))
    grouped = [
        Cause(
            seen[0][1],
            tuple(dict.fromkeys(test for test, _ in seen)),
            tuple(dict.fromkeys(symptom.scenario for _, symptom in seen)),
            tuple(dict.fromkeys(symptom.site for _, symptom in seen)),
        )
        for seen in found.values()
    ]
    return sorted(grouped, key=lambda cause: -len(cause.tests))


def lines(found: Sequence[Cause]) -> Iterator[str]:
    """Yield the causes as text: a title, the symptom, the fix, and the command to replay it."""
    for number, cause in enumerate(found[:_MOST], 1):
        yield f"{number}. {cause.title}"
        yield f"    seen:   {cause.first.sentence}"
        if cause.first.fix:
            yield f"    fix:    {cause.first.fix}"
        for at, line in enumerate(cause.pattern):
            yield f"    {'' if at else 'like:':7} {line}"
        yield f"    replay: {cause.first.replay}"
    if len(found) > _MOST:
        yield f"... and {len(found) - _MOST} more"

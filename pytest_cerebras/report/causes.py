"""
Things to fix: the symptoms of many tests, grouped by their cause.

A cause is a rule that the client breaks, or an exception, with the line of the app where it
happens. One bug may show in many cells of the matrix, or in many stories of the search, but the
user should read about the bug only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mockserver.core.units import counted
from mockserver.verdicts.patterns import PATTERNS
from pytest_cerebras.session.symptoms import Symptom

_SHOWN = 4  # how many scenarios a title or a fix names at most
_FIXES = 5  # how many fixes of a cause are shown at most
_MOST = 25  # how many causes are listed at most
_CELL, _TEST = "cell", "test"
_MORE = 3  # how many stories of a cause are shown after the first, at most


@dataclass(frozen=True, slots=True)
class Cause:
    """
    The common cause of symptoms in some tests, at some lines.

    The ``first`` symptom is shown in full. ``stories`` has the symptoms that the search found, one
    for each story. ``cells`` counts the tests that showed a symptom without the search. ``noun`` is
    the word for these tests: "cell", or "test" in a run of the search. ``fixes`` has the different
    fixes, each with its scenarios: one exception may need another fix under each fault.
    """

    first: Symptom
    tests: tuple[str, ...]
    scenarios: tuple[str, ...]
    sites: tuple[str, ...]
    stories: tuple[Symptom, ...] = ()
    cells: int = 0
    noun: str = _CELL
    fixes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def told_fixes(self) -> Sequence[str]:
        """The fixes, most common first; if there are several, each names its scenarios."""
        if len(self.fixes) == 1:
            return [fix for fix, _ in self.fixes]
        told = [f"{fix} ({_some(scenarios)})" for fix, scenarios in self.fixes[:_FIXES]]
        more = len(self.fixes) - _FIXES
        return [*told, f"and {more} more"] if more > 0 else told

    @property
    def pattern(self) -> Sequence[str]:
        """Lines of Python that show correct code; empty if this cause has no example."""
        return PATTERNS.get(self.first.what, ())

    @property
    def title(self) -> str:
        """The cause on one line, with its line of code and the number of cells and stories."""
        named = _some(self.scenarios)
        at = f" at {self.first.site}" if self.first.site else ""
        if len(self.sites) > 1:
            at += f" and {counted(len(self.sites) - 1, 'more line')}"
        return (
            f"{self.first.what}{at} ({_seen_in(self.cells, len(self.stories), self.noun)}: {named})"
        )


def things(symptoms: Sequence[tuple[str, Symptom]]) -> tuple[str, list[Cause]]:
    """Return the causes, and a title that counts them and the places where they were seen."""
    bad = [one for one in symptoms if one[1].how != "advice"]
    noun = _TEST if _stories(bad) else _CELL
    found = [
        replace(one, noun=noun)
        for one in _causes(bad, lambda symptom: (symptom.what, symptom.site))
    ]
    seen_in = _seen_in(len(_cells(bad)), len(_stories(bad)), noun)
    return f"{counted(len(found), 'thing')} to fix, {seen_in}", found


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
            _stories(seen),
            len(_cells(seen)),
            fixes=_fixes(symptom for _, symptom in seen),
        )
        for seen in found.values()
    ]
    return sorted(grouped, key=lambda cause: -len(cause.tests))


def _fixes(symptoms: Iterable[Symptom]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the different fixes of symptoms with their scenarios, most common first."""
    found: dict[str, dict[str, None]] = {}
    for one in symptoms:
        if one.fix:
            found.setdefault(one.fix, {})[one.scenario] = None
    ordered = sorted(found.items(), key=lambda each: -len(each[1]))
    return tuple((fix, tuple(scenarios)) for fix, scenarios in ordered)


def _some(scenarios: Sequence[str]) -> str:
    more = len(scenarios) - _SHOWN
    return ", ".join(scenarios[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _cells(seen: Iterable[tuple[str, Symptom]]) -> set[str]:
    """Return the tests that showed a symptom without the search."""
    return {test for test, symptom in seen if not symptom.file}


def _stories(seen: Iterable[tuple[str, Symptom]]) -> tuple[Symptom, ...]:
    """Return the symptoms that the search found, one for each file."""
    return tuple({one.file: one for _, one in seen if one.file}.values())


def _seen_in(cells: int, stories: int, noun: str = _CELL) -> str:
    """
    Return the number of cells and of stories in which something was seen.

    >>> _seen_in(2, 0), _seen_in(0, 1), _seen_in(0, 0), _seen_in(1, 3, "test")
    ('2 cells', '1 story', '0 cells', '1 test, 3 stories')
    """
    told = [counted(cells, noun)] if cells or not stories else []
    told += [f"{stories} {'story' if stories == 1 else 'stories'}"] if stories else []
    return ", ".join(told)


def lines(found: Sequence[Cause]) -> Iterator[str]:
    """Yield the causes as text: a title, the symptom, the fix, and the command to replay it."""
    for number, cause in enumerate(found[:_MOST], 1):
        yield f"{number}. {cause.title}"
        yield f"    seen:   {cause.first.sentence}"
        if cause.first.note:
            yield f"            {cause.first.note}"
        for at, fix in enumerate(cause.told_fixes):
            yield f"    {'' if at else 'fix:':7} {fix}"
        for at, line in enumerate(cause.pattern):
            yield f"    {'' if at else 'like:':7} {line}"
        if cause.first.file:
            yield f"    file:   {cause.first.file}"
        yield f"    replay: {cause.first.replay}"
        for other in [one for one in cause.stories if one != cause.first][:_MORE]:
            story, _, _ = other.sentence.partition(" Then: ")
            yield f"    also:   {story} ({other.file})"
    if len(found) > _MOST:
        yield f"... and {len(found) - _MOST} more"

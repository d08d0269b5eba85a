"""The section on the mutation at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from .judging import Tried, share_in_words
from .mutations import Mutation

_TITLE = "Cerebras: mutation"


def show(reporter: Any, found: Sequence[Tried]) -> None:
    """List the blind tests first, then the results of the other tests."""
    found = sorted(found, key=attrgetter("place"))
    blind = [one for one in found if one.blind]
    reporter.section(_TITLE, yellow=bool(blind) or not found)
    if not found:
        reporter.line("no test uses the mock: add --cerebras-mock, or let tests use cerebras_mock")
        return
    if words := share_in_words(found):
        reporter.line(words)
    for one in blind:
        reporter.line(f"blind: {one.test}", yellow=True)
        note = f"; {one.note}" if one.note else ""
        reporter.line(f"    it passes although {one.should_notice}{note}")
        reporter.line(f"    replay: {one.replay}")
    for one in sorted((one for one in found if not one.blind), key=lambda one: bool(one.left_out)):
        reporter.line(one.told)


def show_one(reporter: Any, mutation: Mutation) -> None:
    """Write the mutation under which the tests ran."""
    reporter.section(_TITLE)
    reporter.line(f"the tests ran under one mutation: {mutation.does}")

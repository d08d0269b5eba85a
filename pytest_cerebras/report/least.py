"""The values of ``--cerebras-fail-under``: the least percentages that a run must reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import pytest

from pytest_cerebras.mutation.judging import Tried, share

from .report import Report

_MEASURES = ("met", "noticed", "explored")
_MOST = 100.0


@dataclass(frozen=True, slots=True)
class Least:
    """
    The least percentages that are required; None if nothing is required.

    ``met`` is the fault coverage. ``noticed`` is the share of the tests that notice a change of the
    answers. ``explored`` is the share of the search's grid of lines and fault classes that was
    tried.
    """

    met: float | None = None
    noticed: float | None = None
    explored: float | None = None

    @classmethod
    def of(cls, given: str | None, option: str) -> Self:
        """
        Parse the option: ``90`` or ``met=90``, ``noticed=80``, or several separated by commas.

        Raises UsageError, whose message begins with the option.
        """
        found: dict[str, float] = {}
        for part in given.split(",") if given is not None else ():
            name, _, number = part.rpartition("=")
            measure = name.strip() or "met"
            if measure not in _MEASURES:
                known = ", ".join(_MEASURES)
                raise pytest.UsageError(
                    f"{option} {given}: unknown measure; use {known}, as in met=90"
                )
            if measure in found:
                raise pytest.UsageError(f"{option} {given}: {measure} is given twice")
            found[measure] = _percent(number, option, part)
        return cls(**found)

    def short_of(self, report: Report) -> Iterator[str]:
        """Yield a sentence for each measure in which a report is below the requirement."""
        if self.met is not None and report.coverage.percent < self.met:
            yield f"{report.coverage.line()}, less than the required {self.met:g} %"
        if self.noticed is not None and (share(report.mutation) or 0.0) < self.noticed:
            yield f"{_noticed(report.mutation)}, less than the required {self.noticed:g} %"
        if self.explored is not None and report.explored.percent < self.explored:
            yield f"{report.explored.line()}, less than the required {self.explored:g} %"


def _noticed(tried: Sequence[Tried]) -> str:
    percent = share(tried)
    return "noticed: no test was judged" if percent is None else f"noticed: {percent:.3g} %"


def _percent(number: str, option: str, given: str) -> float:
    try:
        found = float(number)
    except ValueError:
        found = -1.0
    if not 0 <= found <= _MOST:
        raise pytest.UsageError(f"{option} should be a percentage from 0 to 100, found {given!r}")
    return found

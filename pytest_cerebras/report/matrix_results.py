"""
The cells of the chaos matrix: the result of one test under one scenario, as plain values.

The process that ran the test, such as an xdist worker, sends its cell to the process that reports.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from pydantic import TypeAdapter

from mockserver.api.contract.edition import Edition
from mockserver.journal.chronology import Moment, moments
from mockserver.plan import duration_of
from mockserver.plan.timeline import Span, SpanKind, spans_of
from mockserver.verdicts import Case, Verdict
from mockserver.verdicts.classify import classify, own_mistake
from mockserver.verdicts.fault_classes import UNREACHABLE
from mockserver.verdicts.money.spending import Charge
from mockserver.verdicts.money.waste import Why
from pytest_cerebras.chaos.replay import replay
from pytest_cerebras.clock import Sleep
from pytest_cerebras.session import symptoms
from pytest_cerebras.session.mock import CerebrasMock
from pytest_cerebras.session.rounds import why_cell_unmet
from pytest_cerebras.session.symptoms import Symptom
from pytest_cerebras.settings.names import parameters_of, scenario_of

from .outcome import Outcome, outcome_of, reason_of
from .spent import Spent, charges_of, rounded

CELL = "cerebras_cell"
"""The attribute of a test report that holds the test's cell."""

_NOTHING = Spent()
_PIECES = 12  # the maximum number of pieces of a drawn answer
_MOST = 200  # the maximum number of exchanges, and of side effects, for one scenario


@dataclass(frozen=True, slots=True)
class Drawn:
    """A piece of a timeline, in seconds; ``end`` is null if the piece never ends."""

    start: float
    end: float | None
    kind: SpanKind
    title: str


@dataclass(frozen=True, slots=True)
class Seen:
    """
    An exchange: one request and its answer.

    ``at`` is in seconds since the first exchange under the scenario. ``call`` is the number of the
    exchange that began the call, and ``attempt`` counts the attempts of that call. ``waited`` is
    the time in seconds since the end of the previous attempt. ``retry_after`` is the time that the
    answer to that attempt asked the client to wait. ``mistake`` is the client's mistake for which
    the API refused the request, with the fix. ``cost`` is in dollars, null if the edition has no
    price for the model. ``for_nothing`` is the reason if some of the cost was wasted.
    """

    number: int
    line: str
    at: float
    call: int
    attempt: int
    waited: float | None
    retry_after: float | None
    status: int | None
    prompt_tokens: int
    completion_tokens: int
    rule: str
    faults: tuple[str, ...]
    kinds: tuple[str, ...]
    drawn: tuple[Drawn, ...]
    mistake: str = ""
    cost: float | None = 0.0
    for_nothing: Why | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """
    A side effect that the app recorded.

    ``at`` is in seconds since the first exchange under the scenario, or since the first side effect
    if there was no exchange. ``failed``: the side effect raised an exception.
    """

    name: str
    arguments: Mapping[str, Any]
    line: str
    at: float
    failed: bool


@dataclass(frozen=True, slots=True)
class Slept:
    """
    A sleep of the app on the virtual clock.

    The sleep began ``at`` seconds after the start of the clock. ``seconds`` is the duration, null
    if the sleep would never have ended.
    """

    seconds: float | None
    at: float
    via: str
    thread: str

    @classmethod
    def of(cls, sleep: Sleep) -> Self:
        """Return a sleep in the form of the report."""
        seconds = sleep.seconds if math.isfinite(sleep.seconds) else None
        return cls(seconds, sleep.at, sleep.via, sleep.thread)


@dataclass(frozen=True, slots=True)
class Played:
    """
    The exchanges and side effects of a test under a scenario, in order.

    Only the last ``exchanges`` and ``side_effects`` are kept. ``earlier`` counts the exchanges that
    were left out. ``spent`` is the cost of all exchanges, including those left out.
    """

    scenario: str
    exchanges: tuple[Seen, ...]
    verdicts: tuple[Verdict, ...]
    earlier: int = 0
    side_effects: tuple[Ran, ...] = ()
    spent: Spent = _NOTHING


@dataclass(frozen=True, slots=True)
class Cell:
    """
    The result of a test under a scenario.

    ``id`` is pytest's name for the test, and ``test`` the same name without the scenario.
    ``played`` has the scenarios of the test: more than one if the test chose others itself.
    ``kinds`` has the kinds of trouble in all these scenarios. ``duration`` is in real seconds.
    ``reason`` says why the test failed, was excused or skipped, or why its scenario did not act; it
    is empty if verdicts are the reason. ``parameters`` has the parameters that the matrix chose for
    the scenario. ``symptoms`` are the errors and verdicts behind the things to fix. ``file`` and
    ``line`` are the place of the test, by which cells are sorted; as in pytest, the first line is
    0.
    """

    id: str
    test: str
    scenario: str
    outcome: Outcome
    duration: float
    seed: int | None
    replay: str
    played: tuple[Played, ...] = ()
    sleeps: tuple[Slept, ...] = ()
    kinds: tuple[str, ...] = ()
    reason: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    symptoms: tuple[Symptom, ...] = ()
    file: str = ""
    line: int = 0

    @property
    def place(self) -> tuple[str, int, str, str]:
        """The sort key of cells: file and line, then the names of test and scenario."""
        return self.file, self.line, self.test, self.scenario

    @property
    def in_matrix(self) -> bool:
        """Whether the matrix, not the test, chose the scenario."""
        return self.id != self.test

    @property
    def spent(self) -> Spent:
        """The cost of the test under all its scenarios."""
        return Spent.total(each.spent for each in self.played)

    @property
    def judged(self) -> list[Verdict]:
        """All verdicts: those that are certain, and advice."""
        return [verdict for each in self.played for verdict in each.verdicts]

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdicts that are certain: only a bug of the client can explain them."""
        return [verdict for verdict in self.judged if verdict.certainty == "certain"]

    @property
    def advice(self) -> list[Verdict]:
        """The verdicts that are advice on how the client could do better."""
        return [verdict for verdict in self.judged if verdict.certainty == "advice"]


_CELLS = TypeAdapter(Cell)


def record(mock: CerebrasMock | None, item: pytest.Item, report: pytest.TestReport) -> None:
    """Put the cell of a test into its report, in a form that xdist can send."""
    setattr(report, CELL, _CELLS.dump_python(cell_of(mock, item, report), mode="json"))


def read(report: Any) -> Cell | None:
    """Return the cell in a report; None if its test did not use the mock."""
    found = getattr(report, CELL, None)
    return None if found is None else _CELLS.validate_python(found)


def cell_of(mock: CerebrasMock | None, item: pytest.Item, report: pytest.TestReport) -> Cell:
    """Return the cell of a test. ``mock`` is None if the test never got a mock."""
    scenario = scenario_of(item)
    name = scenario or (mock.scenario.name if mock else "")
    why = why_cell_unmet(mock.rounds) if mock is not None and scenario is not None else None
    outcome = outcome_of(item, report, unmet=why is not None)
    reason = {"failed-by-verdict": "", "not-met": why or ""}.get(outcome, reason_of(report))
    found = (item.nodeid, _without(item.nodeid, scenario), name, outcome)
    file, line, _ = report.location
    if mock is None:
        chosen = dict(parameters_of(item))
        ran = (report.duration, None, replay(item))
        return Cell(*found, *ran, reason=reason, parameters=chosen, file=file, line=line or 0)
    seed = mock.engine.seed
    cases = mock.played()
    unreachable = [UNREACHABLE] if mock.was_unreachable else []
    return Cell(
        *found,
        report.duration,
        seed,
        replay(item, seed),
        tuple(played(name, case, mock.judge(case)) for name, case in cases),
        tuple(map(Slept.of, mock.sleeps)) if mock.clock else (),
        (*kinds_met(case for _, case in cases), *unreachable),
        reason,
        dict(parameters_of(item)),
        symptoms.read(report),
        file,
        line or 0,
    )


def kinds_met(cases: Iterable[Case]) -> Iterable[str]:
    """Return the kinds of trouble that occurred in the given cases, each once."""
    return dict.fromkeys(
        name
        for case in cases
        for one in case.exchanges
        for name in classify(one, case.edition).fault_classes
    )


def _without(test: str, scenario: str | None) -> str:
    """
    Return the name of a test without its scenario.

    >>> _without("test_a.py::test[x-wrong-key]", "wrong-key"), _without("t[healthy]", "healthy")
    ('test_a.py::test[x]', 't')
    """
    head, bracket, ids = test.partition("[")
    if scenario is None or not bracket:
        return test
    padded = f"-{ids.removesuffix(']')}-".replace(f"-{scenario}-", "-", 1).strip("-")
    return f"{head}[{padded}]" if padded else head


def played(scenario: str, case: Case, verdicts: tuple[Verdict, ...]) -> Played:
    """Return what happened under a scenario, and the verdicts on the client."""
    seen = moments(case.journal)
    charges, spent = charges_of(case)
    shown = tuple(
        _seen(moment, case.edition, charges.get(moment.exchange.number)) for moment in seen[-_MOST:]
    )
    earlier = case.journal.count - len(shown)
    return Played(scenario, shown, verdicts, earlier, tuple(_ran(case)), spent)


def _ran(case: Case) -> Iterator[Ran]:
    ran = case.side_effects
    begun = case.journal.begun if case.exchanges else ran[0].at if ran else 0.0
    for one in ran[-_MOST:]:
        yield Ran(one.name, one.arguments, one.line(), one.at - begun, one.failed)


def _seen(moment: Moment, edition: Edition, charge: Charge | None) -> Seen:
    exchange = moment.exchange
    mistake = own_mistake(exchange, edition)
    return Seen(
        exchange.number,
        exchange.line(),
        moment.at,
        moment.first,
        moment.attempt,
        moment.waited,
        moment.told,
        exchange.status,
        exchange.prompt_tokens,
        exchange.completion_tokens,
        exchange.rule,
        exchange.faults,
        classify(exchange, edition).fault_classes,
        tuple(_drawn(moment)),
        f"{mistake.what}; {mistake.fix}" if mistake else "",
        rounded(charge.cost) if charge else 0.0,
        charge.why if charge else None,
    )


def _drawn(moment: Moment) -> Iterator[Drawn]:
    """Yield the pieces of an answer, up to the moment when the client left."""
    exchange = moment.exchange
    duration = duration_of(exchange.plan)
    grain = duration / _PIECES if math.isfinite(duration) else 1.0
    left = math.inf
    if exchange.client_left and exchange.finished is not None:
        left = moment.at + exchange.finished - exchange.at
    for span in spans_of(exchange.plan, start=moment.at, grain=grain):
        if span.start <= left:
            end = min(span.end, left)
            yield Drawn(span.start, end if math.isfinite(end) else None, span.kind, span.title)


def spans(exchanges: Iterable[Seen]) -> Sequence[Span]:
    """Return the spans of a call's attempts, and of the pauses between attempts, for one lane."""
    found: list[Span] = []
    for seen in exchanges:
        over = found[-1].end if found else seen.at
        if math.isfinite(over) and seen.at > over:
            found.append(Span(over, seen.at, "pause", f"pause {seen.at - over:.2f} s"))
        found += [
            Span(one.start, math.inf if one.end is None else one.end, one.kind, one.title)
            for one in seen.drawn
        ]
    return found

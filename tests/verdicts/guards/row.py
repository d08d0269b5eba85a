"""
A guard of a rule, as two plays that differ in the one thing that the guard looks at.

The innocent play is the guilty one with a change, so that they can differ in nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, TypeAlias

from mockserver.api.model.script import Script
from mockserver.faults import Error
from mockserver.journal.side_effects import SideEffect
from mockserver.scenario import Rule, Schedule
from mockserver.verdicts.evidence import Evidence

ANOTHER_KEY = {"authorization": "Bearer csk-another"}
SMALL, LARGE = "llama3.1-8b", "gpt-oss-120b"
BUSY = Error(problem="service_unavailable")
LIMITED = Error(problem="requests_per_minute", retry_after=None)


@dataclass(frozen=True, slots=True)
class Play:
    """
    What a client does: requests, each as the keys of ``Stage.send``, and what they meet.

    A key whose value is a function gets the answers so far. ``scenario`` are the other keys of one.
    ``ran`` are the runs of tools that the app records, each as the keys of ``SideEffect``.
    ``evidence`` is what its test shows. ``looks`` are its looks at the status page, each as the
    keys of ``Stage.look``.
    """

    asks: tuple[Mapping[str, Any], ...]
    rules: tuple[Rule, ...] = ()
    scenario: Mapping[str, Any] = field(default_factory=dict[str, Any])
    ran: tuple[Mapping[str, Any], ...] = ()
    evidence: Evidence | None = None
    looks: tuple[Mapping[str, Any], ...] = ()

    def titles(self, stage: Callable[..., Any]) -> set[str]:
        """Return the rules that are broken, and which of them are advice."""
        acting = stage(*self.rules, **self.scenario)
        answers: list[Any] = []
        for ask in sorted(self.asks, key=itemgetter("at")):
            keys = {key: one(answers) if callable(one) else one for key, one in ask.items()}
            answers.append(acting.send(**keys))
        acting.side_effects = [
            SideEffect(**{**run, "at": acting.now + run["at"]}) for run in self.ran
        ]
        acting.evidence = self.evidence
        for look in self.looks:
            acting.look(**look)
        return {verdict.title for verdict in acting.verdicts()}


Change: TypeAlias = Callable[[Play], Play]


@dataclass(frozen=True, slots=True)
class Row:
    """
    A play that a rule accuses, and a change that makes it innocent: ``because`` says why.

    ``rule`` is the title of the verdict, ``bullet`` that of such guards in the docs.
    """

    bullet: str
    rule: str
    guilty: Play
    because: str
    change: Change

    @property
    def innocent(self) -> Play:
        """The same play but for one thing."""
        return self.change(self.guilty)


def loop(*waits: float, **body: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the requests of a client that asks the same again after each wait."""
    times = [sum(waits[:number]) for number in range(len(waits) + 1)]
    return tuple({"at": at, **body} for at in times)


def said(text: str) -> list[dict[str, str]]:
    """Return messages that ask something."""
    return [{"role": "user", "content": text}]


def first(number: int, *faults: Any, reply: Script | None = None) -> Rule:
    """Return a rule by which so many requests meet some faults."""
    return Rule(schedule=Schedule(first=number), faults=faults, reply=reply or Script())


# ------------------------------------------------------------------------------------ changes


def but(number: int, **keys: Any) -> Change:
    """Let the request with a number, from 1, have other keys."""
    return _asking(
        lambda asks: [
            {**ask, **keys} if at == number else ask for at, ask in enumerate(asks, start=1)
        ]
    )


def each(**keys: Any) -> Change:
    """Let all requests have other keys; those that are functions of the number get it, from 1."""
    return _asking(
        lambda asks: [
            {**ask, **{key: one(at) if callable(one) else one for key, one in keys.items()}}
            for at, ask in enumerate(asks, start=1)
        ]
    )


def also(*asks: Mapping[str, Any]) -> Change:
    """Let the client send some more."""
    return _asking(lambda before: [*before, *asks])


def without(number: int) -> Change:
    """Let the client not send the request with a number, from 1."""
    return _asking(lambda asks: [*asks[: number - 1], *asks[number:]])


def waiting(*waits: float) -> Change:
    """Let the client wait otherwise."""
    return _asking(
        lambda asks: [
            {**ask, "at": sum(waits[:number])} for number, ask in enumerate(asks[: len(waits) + 1])
        ]
    )


def meets(*rules: Rule) -> Change:
    """Let the client meet something else."""
    return lambda play: replace(play, rules=rules)


def given(**scenario: Any) -> Change:
    """Let the scenario have other keys."""
    return lambda play: replace(play, scenario={**play.scenario, **scenario})


def seeing(**keys: Any) -> Change:
    """Let the test show something else."""
    return lambda play: replace(play, evidence=replace(play.evidence or Evidence(), **keys))


def looking(*times: float, **keys: Any) -> Change:
    """Let the client look at the status page at other times, or in another way."""
    return lambda play: replace(play, looks=tuple({"at": at, **keys} for at in times))


def _asking(change: Callable[[list[Any]], list[Any]]) -> Change:
    return lambda play: replace(play, asks=tuple(change(list(play.asks))))

"""The search of one test: plays stories, learns from the outcomes, shrinks failing stories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mockserver.core.credentials import redacted
from pytest_cerebras.chaos.collection import kind_run_once
from pytest_cerebras.chaos.twins import forget
from pytest_cerebras.clock import real
from pytest_cerebras.settings import options

from .allowed import allowed_errors
from .budget import Budget
from .effects import Effects
from .escapes import Escapes
from .exploration import Exploration
from .explored import Grid
from .finding import Finding, Searched
from .found import PASSED_ON, UNFINISHED, Found, keep_as_fixed, write
from .outcome import Cause, Failure, Outcome
from .progress import Progress, State
from .replaying import Replaying, Run, story_scenario
from .shrinking import Shrunk, shrunk
from .story import KINDS, Story, kind_of, story_of, troubles

_MOST_TO_SHRINK = 100  # runs
_FAILS_HEALTHY = "it does not pass when all is well"
_OWN_SCENARIO = "it chooses a scenario or a fault itself"
_HAS_SUBTESTS = "it has subtests"
_SENDS_NOTHING = "it sends no request"


class SearchOfTest:
    """
    Searches one test.

    ``findings`` has the findings so far.
    """

    def __init__(
        self, item: pytest.Item, budget: Budget, found: Sequence[Found], replaying: Replaying
    ) -> None:
        self.findings: list[Finding] = []
        self._item = item
        self._budget = budget
        self._found = [one for one in found if one.test == item.nodeid]
        self._replaying = replaying
        self._allowed = allowed_errors(item)
        self._effects = Effects()
        self._known = troubles()
        self._exploration = Exploration(self._known, self._effects.can_act)
        self._escapes = Escapes()
        self._grid = Grid()
        self._outcomes: dict[Story, Outcome] = {}
        self._runs = self._sent = 0
        self._progress = Progress.of(item)
        self._causes: set[Cause] = set()
        self._fixed: list[str] = []
        self._begun = real.monotonic()
        self._ended: float | None = None
        self._left_out = ""
        self._end = "stopped"

    def run(self, most: int | None) -> None:
        """Search until the budget or the stories run out, or until ``most`` causes are found."""
        self._left_out = self._begin()
        if not self._left_out:
            self._replay(most)
            if not self._budget.only_found:
                self._explore(most)
        self._ended = real.monotonic()
        self._progress.close()
        forget()

    def result(self) -> Searched:
        """Return the result so far."""
        seconds = (self._ended or real.monotonic()) - self._begun
        return Searched(
            self._item.nodeid,
            self._runs,
            round(seconds, 3),
            self._end,
            self._left_out,
            len(self.findings),
            tuple(self._fixed),
            self._grid.explored(),
        )

    def _begin(self) -> str:
        """Run the test without faults; return why it can't be searched, or an empty string."""
        if "subtests" in getattr(self._item, "fixturenames", ()):
            return _HAS_SUBTESTS  # each run would report its subtests
        if (kind := kind_run_once(self._item)) is not None:
            return f"pytest can't run it again ({kind})"
        run = self._run(())
        if not run.passed:
            return _FAILS_HEALTHY
        if run.own_scenario:
            return _OWN_SCENARIO
        if not run.outcome.requests:
            return _SENDS_NOTHING
        self._replaying.deadline.allow(real.monotonic() - self._begun)
        self._causes = {one.cause for one in run.outcome.failures}
        self._known = troubles(run.tokens)
        seed = options.resolve(self._item.config, self._item).seed or 0
        self._exploration = Exploration(self._known, self._effects.can_act, seed)
        self._exploration.learn((), Outcome(run.outcome.requests))
        return ""

    def _replay(self, most: int | None) -> None:
        """Play the stories found before; those that no longer fail are marked as fixed."""
        healthy = frozenset(self._causes)
        self._end = "only stories found earlier" if self._budget.only_found else self._end
        for one in self._found:
            if self._is_over():
                return
            run = self._replaying.run(self._item, one.scenario, self._allowed, is_shown=True)
            self._runs += 1
            failures = [each for each in run.outcome.failures if each.cause not in healthy]
            if run.outcome.escaped and PASSED_ON in one.scenario.tags:
                failures.append(run.outcome.escaped)
            if failures and self._goes_on(one, healthy):
                continue
            self._causes.update(cause for each in failures for cause in _variants(each.cause))
            if failures:
                self._take(Finding.again(self._item, one, failures[0], run.report))
            elif run.outcome.usable:
                self._fixed.append(self._shown(keep_as_fixed(one)))
            if self._is_enough(most):
                return

    def _goes_on(self, one: Found, healthy: frozenset[Cause]) -> bool:
        """Continue a stopped shrinking if its story still fails; return whether that was done."""
        story = story_of(one.scenario, self._known) if UNFINISHED in one.scenario.tags else None
        if story is None or self._budget.only_found:
            return False
        failures = [each for each in self._play(story).failures if each.cause not in healthy]
        if not failures:
            return False
        self._shrink(story, failures[0])
        if self.findings[-1].file != one.file:
            one.file.unlink()
        return True

    def _explore(self, most: int | None) -> None:
        while not self._is_over():
            story = self._exploration.next()
            if story is None:
                self._end = "all stories played"
                return
            outcome = self._play(story)
            self._exploration.learn(story, outcome)
            found = [(one, story) for one in outcome.failures]
            for failure, guilty in [*found, *self._escapes.learn(story, outcome)]:
                if failure.cause not in self._causes:
                    self._shrink(guilty, failure)
                if self._is_enough(most):
                    return
        self._end = "budget used up"

    def _is_over(self) -> bool:
        """Return whether the budget is used up; without a limit, it never is."""
        spent = len(self._outcomes), real.monotonic() - self._begun
        return not self._budget.only_found and self._budget.is_spent(*spent)

    def _shrink(self, story: Story, failure: Failure) -> None:
        self._causes.add(failure.cause)
        smallest = self._smallest(story, failure)
        run = self._run(smallest.story, is_shown=True)
        escaped = [run.outcome.escaped] if run.outcome.escaped else []
        found = [*run.outcome.failures, *escaped]
        shown = next((one for one in found if one.cause == failure.cause), failure)
        file = write(
            self._item.config.rootpath,
            self._item.nodeid,
            smallest.story,
            shown,
            _timeline(run),
            is_final=smallest.is_final,
        )
        self._take(Finding.of(self._item, smallest, shown, file, run.report))

    def _smallest(self, story: Story, failure: Failure) -> Shrunk:
        """
        Return the smallest story with the same cause, within the budget and a limit of runs.

        If the app passed on an error that it forgot to handle, only troubles of the same family are
        tried, because the app may handle the others.
        """
        cause, family = failure.cause, story[-1].trouble.family
        kinds = [one for one in self._known if not failure.passed_on or one.family == family]
        shrinking = shrunk(story, cause, kinds)
        before = len(self._outcomes)
        candidate = next(shrinking)
        smallest = story
        while True:
            if self._is_over() or len(self._outcomes) - before >= _MOST_TO_SHRINK:
                return Shrunk(smallest, 0, is_final=False)
            can_act = self._can_act(candidate, self._outcomes[story])
            outcome = self._play(candidate) if can_act else Outcome((), usable=False)
            if outcome.has(cause) and len(candidate) <= len(smallest):
                smallest = candidate
            try:
                candidate = shrinking.send(outcome)
            except StopIteration as end:
                result: Shrunk = end.value
                return result

    def _can_act(self, candidate: Story, known: Outcome) -> bool:
        """Return whether the faults of a story can act, judging by an earlier run's requests."""
        return all(
            self._effects.can_act(known.requests[step.at - 1], step.trouble)
            for step in candidate
            if step.at <= len(known.requests)
        )

    def _play(self, story: Story) -> Outcome:
        if story not in self._outcomes:
            self._run(story)
        return self._outcomes[story]

    def _run(self, story: Story, *, is_shown: bool = False) -> Run:
        scenario = story_scenario(story)
        seconds = self._budget.seconds if story and not is_shown else None
        self._replaying.deadline.until = None if seconds is None else self._begun + seconds
        run = self._replaying.run(self._item, scenario, self._allowed, is_shown=is_shown)
        self._runs += 1
        run.outcome = run.outcome.told_apart(kind_of(story))
        self._outcomes[story] = run.outcome
        self._sent += len(run.outcome.requests)
        found = len(self.findings)
        self._progress.show(State(self._item.nodeid, self._runs, self._sent, found))
        self._effects.learn(run.outcome.requests, run.sent)
        for seen in run.outcome.requests:
            for trouble in self._known:
                self._grid.can_meet(seen.site, self._effects.fault_classes(seen, trouble))
        self._grid.learn(story, run.outcome)
        return run

    def _take(self, finding: Finding) -> None:
        self._causes.add(finding.failure.cause)
        self.findings.append(finding)

    def _is_enough(self, most: int | None) -> bool:
        return most is not None and len(self.findings) >= most

    def _shown(self, file: Path) -> str:
        root = self._item.config.rootpath
        return str(file.relative_to(root) if file.is_relative_to(root) else file)


def _variants(cause: Cause) -> Iterator[Cause]:
    """Yield a cause without a kind of trouble and with each kind, as a story's file names none."""
    yield cause
    yield from (replace(cause, after=kind) for kind in KINDS)


def _timeline(run: Run) -> str:
    sections = run.report.sections if run.report is not None else ()
    return redacted("\n".join(text for title, text in sections if title == "Cerebras mock"))

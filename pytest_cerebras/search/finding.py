"""The results of the search, in a form that an xdist worker can send, and the reports on them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from pydantic import TypeAdapter

from mockserver.core.units import counted
from pytest_cerebras.chaos.replay import replay_story
from pytest_cerebras.session.symptoms import Symptom
from pytest_cerebras.settings.names import SYMPTOMS

from .explored import Explored
from .found import UNFINISHED, Found
from .outcome import Failure
from .shrinking import Shrunk
from .story import name_of, sentence_of

_UNFINISHED = "not yet minimal: the shrinking was stopped; the next search continues it"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A story that breaks a test.

    ``note`` is what is known of the faults of the story: that each of them is needed, or that the
    story may not be minimal. ``file`` is the scenario file of the story, and ``replay`` the command
    that plays it. ``report`` is the report of the run that showed the failure.
    """

    name: str
    story: str
    note: str
    failure: Failure
    file: Path
    replay: str
    report: pytest.TestReport | None

    @classmethod
    def of(
        cls,
        item: pytest.Item,
        smallest: Shrunk,
        failure: Failure,
        file: Path,
        report: pytest.TestReport | None,
    ) -> Self:
        """Return the finding for the smallest story of a cause."""
        named, told = name_of(smallest.story), sentence_of(smallest.story)
        return cls(named, told, _note(smallest), failure, file, replay_story(item, file), report)

    @classmethod
    def again(
        cls, item: pytest.Item, found: Found, failure: Failure, report: pytest.TestReport | None
    ) -> Self:
        """Return the finding for a story that was found before and still breaks the test."""
        told = found.scenario.description.partition(" Then: ")[0]
        note = _UNFINISHED if UNFINISHED in found.scenario.tags else ""
        command = replay_story(item, found.file)
        return cls(found.scenario.name, told, note, failure, found.file, command, report)

    @property
    def line(self) -> str:
        """The finding on one line."""
        return f"{self.failure.cause.line}: {self.story}"

    @property
    def symptom(self) -> Symptom:
        """The thing to fix, which is listed once for all stories that show it."""
        return Symptom(
            self.failure.cause.what,
            self.failure.cause.site,
            "certain",
            self.name,
            f"{self.story} Then: {self.failure.sentence}",
            self.failure.fix,
            self.replay,
            self.note,
            os.path.relpath(self.file),
        )


@dataclass(frozen=True, slots=True)
class Searched:
    """
    The result of the search of a test.

    ``left_out`` is the reason why the test was not searched. ``runs`` counts the runs of the test,
    and ``end`` is the reason why there were no more. ``causes`` counts the findings, and ``fixed``
    has the files of stories that no longer break the test. ``explored`` has the faults that were
    tried.
    """

    test: str
    runs: int = 0
    seconds: float = 0.0
    end: str = ""
    left_out: str = ""
    causes: int = 0
    fixed: tuple[str, ...] = ()
    explored: Explored = field(default_factory=Explored)

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Searched:
        """Return the result from the JSON-like form that an xdist worker sends."""
        return _SEARCHED.validate_python(found)

    @property
    def line(self) -> str:
        """The result on one line."""
        if self.left_out:
            return f"{self.test}: not searched: {self.left_out}"
        found = f"{self.causes} stories break it" if self.causes else "nothing found"
        found = "1 story breaks it" if self.causes == 1 else found
        runs = f"{counted(self.runs, 'run')} in {self.seconds:.1f} s"
        return f"{self.test}: {found}; {runs}, {self.end}"


_SEARCHED = TypeAdapter(Searched)


def _note(smallest: Shrunk) -> str:
    if not smallest.is_final:
        return _UNFINISHED
    if not smallest.is_minimal:
        return ""
    steps = len(smallest.story)
    every = "this fault" if steps == 1 else f"any one of these {steps} faults"
    return f"without {every} the test passes"


def report_of(finding: Finding, item: pytest.Item) -> pytest.TestReport:
    """Return a report that makes pytest show a finding as a failure of its test."""
    run = finding.report
    symptom = finding.symptom
    text = f"{finding.line}\n    file:   {symptom.file}"  # the rest is among the things to fix
    if run is not None and run.failed:
        text = f"{text}\n\n{run.longreprtext}"
    file, line, domain = item.location
    report = pytest.TestReport(
        item.nodeid,
        (file, line, f"{domain} under {finding.name}"),
        dict.fromkeys(item.keywords, 1),
        "failed",
        text,
        "call",
        sections=run.sections if run else (),
    )
    setattr(report, SYMPTOMS, [asdict(symptom)])
    return report

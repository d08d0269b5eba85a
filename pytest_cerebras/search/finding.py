"""The results of the search, in a form that an xdist worker can send, and the reports on them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from pydantic import TypeAdapter

from mockserver.core.units import counted
from pytest_cerebras.session.symptoms import Symptom
from pytest_cerebras.settings.names import SYMPTOMS

from .explored import Explored
from .found import Found
from .outcome import Failure
from .story import Story, name_of, sentence_of


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A story that breaks a test.

    ``needed`` counts the steps that are needed: when one of these was left out, the test passed.
    ``file`` is the scenario file of the story, and ``replay`` the command that plays it. ``report``
    is the report of the run that showed the failure.
    """

    name: str
    story: str
    steps: int
    needed: int
    failure: Failure
    file: Path
    replay: str
    report: pytest.TestReport | None

    @classmethod
    def of(
        cls,
        item: pytest.Item,
        story: Story,
        needed: int,
        failure: Failure,
        file: Path,
        report: pytest.TestReport | None,
    ) -> Self:
        """Return the finding for a story of a test."""
        named, told = name_of(story), sentence_of(story)
        return cls(named, told, len(story), needed, failure, file, replay(item, file), report)

    @classmethod
    def again(
        cls, item: pytest.Item, found: Found, failure: Failure, report: pytest.TestReport | None
    ) -> Self:
        """Return the finding for a story that was found before and still breaks the test."""
        told = found.scenario.description.partition(" Then: ")[0]
        command = replay(item, found.file)
        return cls(found.scenario.name, told, 0, 0, failure, found.file, command, report)

    @property
    def line(self) -> str:
        """The finding on one line."""
        return f"{self.failure.cause.line}: {self.story}"

    def lines(self) -> Iterator[str]:
        """Yield the finding as text: story, failure, fix, and the command to replay it."""
        yield f"{self.story} Then: {self.failure.sentence}"
        if self.failure.cause.site:
            yield f"    line:   {self.failure.cause.site}"
        if self.failure.fix:
            yield f"    fix:    {self.failure.fix}"
        if self.steps and self.needed == self.steps:
            every = "this fault" if self.steps == 1 else f"any one of these {self.steps} faults"
            yield f"    without {every} the test passes"
        yield f"    file:   {os.path.relpath(self.file)}"
        yield f"    replay: {self.replay}"


@dataclass(frozen=True, slots=True)
class Searched:
    """
    The result of the search of a test.

    ``left_out`` is the reason why the test was not searched. ``is_complete``: no story was left to
    play. ``is_spent``: the budget was used up. ``equal`` counts the stories left out because they
    are equal to others. ``causes`` has a line for each finding, and ``fixed`` the files of stories
    that no longer break the test. ``explored`` has the faults that were tried.
    """

    test: str
    stories: int = 0
    seconds: float = 0.0
    calls: int = 0
    equal: int = 0
    is_complete: bool = False
    is_spent: bool = False
    left_out: str = ""
    causes: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    explored: Explored = field(default_factory=Explored)

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Searched:
        """Return the value from the JSON-like form that an xdist worker sends."""
        return _SEARCHED.validate_python(found)

    @property
    def line(self) -> str:
        """The value on one line."""
        if self.left_out:
            return f"{self.test}: not searched: {self.left_out}"
        rate = f", {self.stories / self.seconds:.0f} a second" if self.seconds else ""
        stories = counted(self.stories, "run")
        rest = "all stories played" if self.is_complete else "stopped"
        rest = "budget used up" if self.is_spent else rest
        causes = counted(len(self.causes), "cause")
        return (
            f"{self.test}: {stories} in {self.seconds:.1f} s{rate}; "
            f"{counted(self.calls, 'request')} when all is well; {rest}; {causes}"
        )


_SEARCHED = TypeAdapter(Searched)


def replay(item: pytest.Item, file: Path) -> str:
    """Return the command that plays a story of a test again."""
    folder = item.config.invocation_params.dir
    _, colons, inside = item.nodeid.partition("::")
    test = f"{os.path.relpath(item.path, folder)}{colons}{inside}"
    scenario = os.path.relpath(file, folder)
    options = ["--cerebras-scenario", scenario, "--cerebras-clock", "virtual", "--cerebras-strict"]
    return shlex.join(["pytest", test, *options])


def report_of(finding: Finding, item: pytest.Item) -> pytest.TestReport:
    """Return a report that makes pytest show a finding as a failure of its test."""
    run = finding.report
    text = "\n".join(finding.lines())
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
    symptom = Symptom(
        finding.failure.cause.what,
        finding.failure.cause.site,
        "certain",
        finding.name,
        f"{finding.story} Then: {finding.failure.sentence}",
        finding.failure.fix,
        finding.replay,
    )
    setattr(report, SYMPTOMS, [asdict(symptom)])
    return report

"""Writes the results of ``run`` as HTML, JSON or XML for JUnit."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from mockserver.core.credentials import redacted
from pytest_cerebras.report.matrix_results import Cell, kinds_met, played
from pytest_cerebras.report.outcome import Outcome
from pytest_cerebras.report.page import html
from pytest_cerebras.report.report import Report
from pytest_cerebras.session.symptoms import Symptom, of_verdicts

from .mistakes import explained, mistakes_of
from .playing import Ended


def write(file: Path, runs: Sequence[Ended], command: Sequence[str]) -> None:
    """Write a report in the format of the file's suffix."""
    text = shlex.join(command)
    if file.suffix == ".xml":
        said = junit(runs, text)
    else:
        report = Report.of([cell_of(ended, text) for ended in runs])
        said = html(report) if file.suffix == ".html" else report.json()
    file.write_text(redacted(said), encoding="utf-8")


def cell_of(ended: Ended, command: str) -> Cell:
    """Return a run as a cell of the matrix."""
    case = ended.case
    again = f"cerebras-mock run --scenario {ended.scenario} --seed {ended.seed} -- {command}"
    return Cell(
        f"{command} [{ended.scenario}]",
        command,
        ended.scenario,
        _outcome(ended),
        ended.duration,
        ended.seed,
        again,
        (played(ended.scenario, case, ended.verdicts),),
        kinds=tuple(kinds_met([case])),
        reason=_reason(ended),
        symptoms=(
            *of_verdicts(((ended.scenario, one) for one in ended.verdicts), again),
            *_of_mistakes(ended, again),
        ),
    )


def _of_mistakes(ended: Ended, again: str) -> Iterator[Symptom]:
    """Yield a symptom for each mistake in the set-up; ``again`` is the replay command."""
    for one in mistakes_of(ended.case):
        yield Symptom(one.name, "", "certain", ended.scenario, one.what, one.fix, again)


def junit(runs: Sequence[Ended], command: str) -> str:
    """Return the runs as XML for JUnit, one test case for each run."""
    outcomes = [_outcome(ended) for ended in runs]
    suite = ET.Element(
        "testsuite",
        name="cerebras-mock run",
        tests=str(len(runs)),
        failures=str(len(outcomes) - outcomes.count("passed")),
        time=f"{sum(ended.duration for ended in runs):.3f}",
    )
    for ended, outcome in zip(runs, outcomes, strict=True):
        case = ET.SubElement(
            suite,
            "testcase",
            classname=command,
            name=ended.scenario,
            time=f"{ended.duration:.3f}",
        )
        lines = list(_lines(ended))
        if outcome != "passed":
            failure = ET.SubElement(case, "failure", message=_reason(ended) or outcome)
            failure.text = "\n".join(lines)
        elif lines:
            ET.SubElement(case, "system-out").text = "\n".join(lines)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _lines(ended: Ended) -> Iterator[str]:
    """Yield the errors of the client, and the fixes."""
    for exchange, sentence in explained(ended.case):
        if sentence:
            yield exchange.line()
            yield f"    {sentence}"
    for verdict in ended.verdicts:
        yield from verdict.lines()
    yield from ended.stalled


def _outcome(ended: Ended) -> Outcome:
    if ended.status:
        return "failed"
    return "failed-by-verdict" if ended.is_guilty else "passed"


def _reason(ended: Ended) -> str:
    if ended.sentence:
        return ended.sentence
    if ended.status:
        return f"exit status {ended.status}"
    return "; ".join(verdict.rule for verdict in ended.certain)

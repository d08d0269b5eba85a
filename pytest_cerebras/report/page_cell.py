"""A cell on the page of the report: its facts, verdicts, timelines and exchanges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from xml.etree.ElementTree import Element, SubElement

from mockserver.core.units import counted
from mockserver.journal.folding import folded, span, times
from mockserver.plan.timeline import Lane, drawing

from .markup import add, box, shown
from .matrix_results import Cell, Played, Ran, Seen, Slept, spans
from .outcome import Outcome

WORDS: Mapping[Outcome, str] = {
    "passed": "passed",
    "raised-as-expected": "raised as expected",
    "not-met": "not met",
    "xfailed": "failed as expected",
    "failed": "failed",
    "failed-by-verdict": "failed by verdict",
    "skipped": "skipped",
    "left-out": "left out",
}
_MOST_LANES = 40


def words(cell: Cell) -> str:
    """Return the outcome of a cell and the number of its verdicts."""
    guilty = len(cell.verdicts)
    if cell.outcome == "failed-by-verdict":
        return f"failed by {counted(guilty or len(cell.advice), 'verdict')}"
    more = f", {counted(guilty, 'verdict')}" if guilty else ""
    return f"{WORDS[cell.outcome]}{more}"


def look(cell: Cell) -> str:
    """Return the CSS classes of an outcome; verdicts that are certain add ``guilty``."""
    return f"is {cell.outcome}{' guilty' if cell.verdicts else ''}"


def draw(details: Element, cell: Cell, anchor: str) -> None:
    """Put a cell into a ``details`` element; ``anchor`` is the id for links to the cell."""
    summary = SubElement(details, "summary")
    add(summary, "span", cell.scenario).tail = " "
    add(summary, "span", words(cell), {"class": look(cell)})
    # browsers open the details around the target of a link; the tabindex lets them focus the target
    facts = SubElement(details, "dl", {"id": anchor, "tabindex": "-1"})
    known = {
        "Why": cell.reason,
        "Parameters": ", ".join(f"{name}={value}" for name, value in cell.parameters.items()),
        "Met": ", ".join(cell.kinds) or "no trouble",
        "App slept": ", ".join(map(_seconds, cell.sleeps)),
        "Would cost": cell.spent.line() if cell.spent.tokens else "",
        "Took": f"{cell.duration:.2f} s of real time",
    }
    for name, value in known.items():
        if value:
            add(facts, "dt", name)
            add(facts, "dd", value)
    add(facts, "dt", "Replay")
    _command(SubElement(SubElement(facts, "dd"), "code", {"class": "replay"}), cell.replay)
    for played in cell.played:
        _played(details, played)


def _seconds(sleep: Slept) -> str:
    return "without end" if sleep.seconds is None else f"{sleep.seconds:.3g} s"


def _command(code: Element, command: str) -> None:
    """Write a command so that lines break only between its options."""
    first, *options = command.split(" --")
    add(code, "span", first)
    for option in options:
        code[-1].tail = " "
        add(code, "span", f"--{option}")


def _played(details: Element, played: Played) -> None:
    for verdict in played.verdicts:
        paragraph = SubElement(details, "p", {"class": "verdict"})
        add(paragraph, "strong", verdict.title).tail = shown(f": {verdict.sentence}.")
        SubElement(paragraph, "br").tail = shown(f"Fix: {verdict.fix}.")
    if played.exchanges:
        _draw_calls(details, played)
    else:
        add(details, "p", f"No requests under {played.scenario}.")
    happened: list[Seen | Ran] = [*played.exchanges, *played.side_effects]
    if not happened:
        return
    listed = SubElement(details, "ol", {"class": "log"})
    for run in folded(sorted(happened, key=attrgetter("at")), _kind):
        _line(SubElement(listed, "li"), run)


def _draw_calls(details: Element, played: Played) -> None:
    lanes = _lanes(played.exchanges)
    title = shown(f"Requests under {played.scenario}")
    picture = drawing(lanes[:_MOST_LANES], title=title)
    picture.set("role", "img")
    picture.set("aria-label", title)
    box(details, title).append(picture)
    if len(lanes) > _MOST_LANES:
        add(details, "p", f"{len(lanes) - _MOST_LANES} of {len(lanes)} calls not drawn.")
    if played.earlier:
        add(details, "p", f"{counted(played.earlier, 'earlier request')} left out.")


def _kind(one: Seen | Ran) -> object:
    """Return a key; neighbors in the list with equal keys are shown as one line."""
    if isinstance(one, Ran):
        return id(one)
    call = None if one.waited is None else one.call
    return _summary(one), one.faults, one.mistake, one.for_nothing, call


def _summary(seen: Seen) -> str:
    return seen.line.removeprefix(f"#{seen.number} ")


def _line(item: Element, run: Sequence[Seen | Ran]) -> None:
    """Write one line for one event, or for several equal events in a row."""
    first = run[0]
    exchanges = [one for one in run if isinstance(one, Seen)]
    many = [one.number for one in exchanges] if len(run) > 1 else []
    line = times(many, _summary(exchanges[0])) if many else first.line
    add(item, "b", f"{first.at:.2f} s").tail = shown(f" {line} ")
    waits = [one.waited for one in exchanges if one.waited is not None]
    facts = [f"the last at {run[-1].at:.2f} s"] if many else []
    if waits:
        facts.append(f"waited {span(waits) if many else f'{waits[0]:.2f} s'}")
    if exchanges and exchanges[0].for_nothing:
        facts.append(f"paid for nothing: {exchanges[0].for_nothing}")
    if exchanges and exchanges[0].faults:
        facts.append(f"faults: {', '.join(exchanges[0].faults)}")
    if exchanges and exchanges[0].mistake:
        facts.append(exchanges[0].mistake)
    for fact in facts:
        add(item, "span", fact, {"class": "more"}).tail = " "


def _lanes(exchanges: Iterable[Seen]) -> list[Lane]:
    """Return a lane for each call."""
    calls: dict[int, list[Seen]] = {}
    for seen in exchanges:
        calls.setdefault(seen.call, []).append(seen)
    return [Lane(_label(call), spans(call)) for call in calls.values()]


def _label(call: list[Seen]) -> str:
    attempts = f", {len(call)} attempts" if len(call) > 1 else ""
    return f"{call[-1].line}{attempts}"

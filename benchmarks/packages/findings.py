"""Compares what was measured with what the source says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import outcome
from .apps import App
from .outcome import Noted
from .weather import WHOLE

AT_MOST = 3  # sentences that are kept of each cell


@dataclass(frozen=True, slots=True)
class Source:
    """
    What the source of a package says about a scenario.

    ``where`` is the place in the source, and ``read`` holds the releases that were read.
    ``mistakes`` are the rules of docs/verdicts.md that the code breaks, whether or not a journal
    shows it.
    """

    where: str
    says: str
    mistakes: tuple[str, ...]
    read: Mapping[str, str]


def sources(app: App) -> Mapping[str, Source]:
    """Return the handwritten notes on the source of an app's package, by scenario."""
    import yaml

    path = Path(__file__).with_name(f"{app.module}.yaml")
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    read = found.pop("read")
    return {
        scenario: Source(one["where"], one["says"].strip(), tuple(one["mistakes"]), read)
        for scenario, one in found.items()
    }


def finding(noted: Noted | None, source: Source) -> dict[str, Any]:
    """Return a cell of docs/measured/packages.yaml."""
    told = {"source": source.says, "where": source.where, "mistakes": list(source.mistakes)}
    if noted is None:
        return {"outcome": outcome.HANG, **told}
    rules = list(dict.fromkeys(noted.verdicts))
    return {
        "outcome": outcome.outcome(noted),
        "requests": noted.requests,
        "tool ran": outcome.tool_ran(noted.tool, WHOLE),
        "seconds": noted.seconds,
        "virtual seconds": noted.virtual,
        "verdicts": rules,
        "sentences": list(noted.sentences[:AT_MOST]),
        "broken off": list(noted.told),
        **told,
        "contradiction": [rule for rule in rules if rule not in source.mistakes],
        "unseen": [rule for rule in source.mistakes if rule not in rules],
        "read in": "these releases" if source.read == noted.versions else dict(source.read),
    }

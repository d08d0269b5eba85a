"""A scenario and the settings that override it, as text that another replica can read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mockserver.core.errors import MockServerError
from mockserver.edge.live import Overrides
from mockserver.scenario import Scenario, parse
from mockserver.scenario.loader import Loaded


class UnsharedError(MockServerError):
    """A scenario can't be sent to other replicas, or the one in the store can't be read."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A scenario with its settings; ``text`` is what the store keeps."""

    scenario: Scenario
    overrides: Overrides
    text: str

    @property
    def settled(self) -> Scenario:
        """The scenario with all settings resolved."""
        return self.overrides.applied_to(self.scenario)


def defined(found: Loaded, overrides: Overrides) -> Definition:
    """Return the definition of a scenario. Raises UnsharedError if no text can express it."""
    name = found.scenario.name
    settings = {"edition": overrides.edition, "tier": overrides.tier, "seed": overrides.seed}
    try:
        data = dict(found.document.data)
        if found.scenario.edition is not None:
            data["edition"] = (
                found.scenario.edition
            )  # this path is resolved; the one in the file is relative to the file
        whole = {"name": name, "scenario": data, "settings": settings}
        text = json.dumps(whole)
        same = _read(whole).scenario == found.scenario
    except (MockServerError, TypeError, ValueError) as error:
        raise UnsharedError(f"scenario {name!r} can't be shared: {error}") from error
    if not same:
        raise UnsharedError(f"scenario {name!r} can't be shared, because a text in it contains '$'")
    return Definition(found.scenario, overrides, text)


def understood(text: str) -> Definition:
    """Return the definition that another replica has stored. Raises UnsharedError."""
    try:
        return _read(json.loads(text))
    except (MockServerError, KeyError, TypeError, ValueError) as error:
        raise UnsharedError(
            f"this replica can't read the scenario in the store: {error}"
        ) from error


def _read(whole: dict[str, Any]) -> Definition:
    scenario = parse(json.dumps(whole["scenario"]), source=whole["name"])
    return Definition(scenario, Overrides(**whole["settings"]), json.dumps(whole))

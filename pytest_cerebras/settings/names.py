"""
The names that the plugin uses in pytest: markers, options, and properties of tests and reports.

Every pytest run in an environment with this package imports this module. To keep that cheap, it
imports nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

MARKER = "cerebras_mock"
CHAOS = "cerebras_chaos"
SEARCH = "cerebras_search"
# user properties of a test, all of which are written to JUnit files
VERDICT = "cerebras_verdict"
ADVICE = "cerebras_advice"
RETIRED = "cerebras_retired_model"
LEFT_OUT = "cerebras_left_out"
BASE_URL = "cerebras_base_url"
SCENARIO = "cerebras_scenario"
# why a cell has no result: "not-met" or "left-out"
UNMET = "cerebras_unmet"
# the cost of the requests of a test, and the wasted part of it, in dollars
COST = "cerebras_cost"
WASTED = "cerebras_wasted"
# the properties that the summary shows unchanged
NOTED = (RETIRED, LEFT_OUT, UNMET, BASE_URL, COST, WASTED)
# the attribute of a report that holds the symptoms of its test
SYMPTOMS = "cerebras_symptoms"
# the attribute of a report that holds the results of searching its test
SEARCHED = "cerebras_searched"
# a worker's report with this attribute has only the progress of a search
SEARCHING = "cerebras_searching"
# the attribute of a report that holds the mutations that were tried on its test
MUTATED = "cerebras_mutated"
# the attribute that marks the setup report of a test that uses the mock
USES_MOCK = "cerebras_uses_mock"

FLAGS = {"1": True, "true": True, "yes": True, "on": True}
FLAGS |= {"0": False, "false": False, "no": False, "off": False}
# name, environment variable, help
SWITCHES = (
    ("mock", "CEREBRAS_MOCK", "use the mock in every test, not only in tests that request it"),
)
# the values of `strict` besides a boolean; true means the first
STRICT = ("certain", "all")
# the value of `mutate` that tries all mutations on each test, and the values that try one
EACH = "each"
MUTATIONS = (
    *("healed", "empty", "half", "another-text", "another-tool", "other-arguments"),
    *("doubled", "reordered", "error", "other-facts"),
)
# name, metavar, help
OPTIONS = (
    ("scenario", "NAME|FILE", "the faults to play: a shipped scenario or a YAML file"),
    (
        "edition",
        "NAME|FILE",
        "the API to imitate: guide (default), 2026-11, or a YAML file",
    ),
    ("tier", "NAME", "enforce the rate limits of this tier, such as free"),
    ("seed", "N", "seed of every random draw"),
    (
        "mode",
        "server|respx|redirect",
        "server (default): on loopback; respx: httpx in process; redirect: also for the real host",
    ),
    ("others", "pass|block", "block: stop requests to all other machines"),
    (
        "clock",
        "real|virtual",
        "virtual: client and mock share a clock on which sleeps take no time",
    ),
    ("max_virtual", "SECONDS", "virtual seconds that a test may take (default: 604800, a week)"),
    ("journal", "N", "how many of a test's latest requests to keep (default: 10000)"),
    ("stall", "SECONDS", "how long the mock stalls a client without a time-out (default: 10)"),
    (
        "max_requests",
        "N",
        "how many requests a test may send (default: 200 from one line of code, 2000 in all)",
    ),
    ("budget", "DOLLARS", "fail a test that would cost more than this at the edition's prices"),
    (
        "time_scale",
        "FACTOR",
        "multiply all waits that the mock announces or causes by a factor such as 0.01",
    ),
)


class Chosen(str):
    """The name of a scenario of the matrix, with its ``parameters``."""

    __slots__ = ("parameters",)

    parameters: Mapping[str, object]


def scenario_of(item: pytest.Item) -> str | None:
    """Return the scenario of the matrix for a test."""
    found = _chosen_for(item)
    return None if found is None else str(found)  # because xdist can't serialize ``Chosen``


def parameters_of(item: pytest.Item) -> Mapping[str, object]:
    """Return the parameters chosen for the scenario of the matrix."""
    return getattr(_chosen_for(item), "parameters", {})


def _chosen_for(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    found: str | None = callspec.params.get(MARKER) if callspec else None
    return found


def is_about_one(definition: pytest.Item) -> bool:
    """Return whether a ``cerebras_mock`` marker names the scenario that the test is about."""
    return any(map(names_one, definition.iter_markers(MARKER)))


def names_one(marker: pytest.Mark) -> bool:
    """Return whether a ``cerebras_mock`` marker names a scenario."""
    return bool(marker.args) or "scenario" in marker.kwargs

"""What the page shows at which time, by the scenario alone."""

from __future__ import annotations

from collections import Counter

import pytest

from mockserver.scenario import Scenario, names, parse
from mockserver.scenario import load as shipped
from mockserver.scenario.status_page.outages import COMPLETIONS, OTHERS, Outages

MODELS = ("gpt-oss-120b", "llama3.1-8b")
DOWN = "faults: [error: {status: 503}]"


def outages(text):
    return Outages(parse(f"name: test\n{text}"), MODELS)


def shown(text, elapsed=0.0):
    """Return the conditions of the models, of completions and of the rest."""
    found = outages(text).shown(elapsed).conditions
    assert list(found) == [*MODELS, COMPLETIONS, OTHERS]
    return list(found.values())


def all_of(condition):
    return [condition] * 4


def rule(schedule="{}", match="{}", faults="[error: {status: 503}]"):
    return f"rules: [{{match: {match}, schedule: {schedule}, faults: {faults}}}]"


WELL, DEGRADED = all_of("operational"), all_of("degraded_performance")
PARTIAL, MAJOR = all_of("partial_outage"), all_of("major_outage")


def test_window():
    """An outage is shown from its first moment on, and not any more from its end on."""
    text = rule("{window: {after: 10s, for: 30s}}")
    times = (0.0, 9.999, 10.0, 39.999, 40.0, 1e9)
    assert [shown(text, at) for at in times] == [WELL, WELL, MAJOR, MAJOR, WELL, WELL]


def test_repeated_window():
    """It is shown each time."""
    text = rule("{window: {after: 10s, for: 30s, repeat: 100s}}")
    assert [shown(text, at) for at in (39.0, 41.0, 109.0, 111.0)] == [MAJOR, WELL, WELL, MAJOR]


@pytest.mark.parametrize("state", ["refuses", "ignores", "breaks_tls"])
def test_port(state):
    """Without a port there is no service."""
    text = f"port: {{{state}: {{after: 10s, for: 5s}}}}"
    assert [shown(text, at) for at in (9.0, 10.0, 15.0)] == [WELL, MAJOR, WELL]


@pytest.mark.parametrize(
    ("schedule", "condition"),
    [
        ("{}", MAJOR),
        ("{after: 3}", MAJOR),
        ("{first: 3}", WELL),
        ("{at: [1, 2]}", WELL),
        ("{every: 2}", PARTIAL),
        ("{every: 20}", DEGRADED),
        ("{every: 100}", WELL),
        ("{probability: 0.95}", MAJOR),
        ("{probability: 0.5}", PARTIAL),
        ("{probability: 0.1}", DEGRADED),
        ("{probability: 0.01}", WELL),
        ("{not: {first: 3}}", MAJOR),
        ("{not: {window: {for: 10s}}}", WELL),
        ("{any: [{window: {for: 10s}}, {first: 3}]}", MAJOR),
        ("{any: [{probability: 0.2}, {probability: 0.2}]}", PARTIAL),
        ("{all: [{window: {for: 10s}}, {probability: 0.5}]}", PARTIAL),
        ("{window: {for: 10s}, first: 3}", WELL),
    ],
)
def test_schedule(schedule, condition):
    """It counts which share of all requests from now on a rule takes; a few are no news."""
    assert shown(rule(schedule)) == condition


@pytest.mark.parametrize(
    ("match", "condition"),
    [
        ("{model: gpt-*}", ["major_outage", "operational", "partial_outage", "operational"]),
        ("{endpoint: chat}", ["major_outage", "major_outage", "operational", "operational"]),
        ("{endpoint: completions}", [*WELL[:2], "major_outage", "operational"]),
        ("{endpoint: models}", [*WELL[:3], "degraded_performance"]),
        ("{stream: true}", [*PARTIAL[:3], "operational"]),
        ("{prompt: {contains: weather}}", WELL),
        ("{key: csk-dead*}", WELL),
        ("{tools: true}", WELL),
        ("{attempt: 1}", WELL),
        ("{attempt: {min: 1}}", MAJOR),
        ("{not: {endpoint: models}}", [*MAJOR[:3], "major_outage"]),
    ],
)
def test_match(match, condition):
    """A component is as well as its typical requests; those of one user are not typical."""
    assert shown(rule(match=match)) == condition


@pytest.mark.parametrize(
    ("faults", "condition"),
    [
        ("[stall: {}]", MAJOR),
        ("[disconnect: {}]", MAJOR),
        ("[latency: {delay: 5s}]", DEGRADED),
        ("[latency: {delay: 100ms}]", WELL),
        ("[error: {problem: wrong_api_key}]", WELL),
        ("[error: {problem: queue_exceeded}]", WELL),
        ("[truncate: {tokens: 5}]", WELL),
        ("[]", WELL),
    ],
)
def test_faults(faults, condition):
    """What is the client's own matter is not on the page."""
    assert shown(rule(faults=faults)) == condition


def test_order():
    """An earlier rule takes its share before a later one."""
    text = f"""
rules:
  - {{schedule: {{probability: 0.5}}}}
  - {{{DOWN}}}
"""
    assert shown(text) == PARTIAL


@pytest.mark.parametrize(
    ("keys", "condition"),
    [
        ("", WELL),
        ("then: stay", WELL),
        ("then: repeat", PARTIAL),
    ],
)
def test_sequence(keys, condition):
    """A sequence that ends is soon over, the last action stays, and a repeated one is a share."""
    text = f"rules: [{{sequence: [error: {{status: 503}}, pass], {keys}}}]"
    assert shown(text) == condition
    stays = "rules: [{sequence: [pass, error: {status: 503}], then: stay}]"
    assert shown(stays) == MAJOR


def test_state():
    """The page does not know which requests have come; a state that nobody sets is no matter."""
    down = f"{{state: {{requires: start}}, {DOWN}}}"
    assert shown(f"rules: [{down}]") == MAJOR
    assert shown(f"rules: [{{state: {{sets: over}}, schedule: {{first: 1}}}}, {down}]") == WELL


@pytest.mark.parametrize("key", ["capacity: 1", "tier: free", "limits: [{requests_per_second: 1}]"])
def test_limits(key):
    """Limits are no outage."""
    assert shown(key) == WELL


def test_lag():
    """The page comes late by so much, at the begin and at the end."""
    text = "status: {lag: 5m}\n" + rule("{window: {after: 10s, for: 30s}}")
    times = (0.0, 11.0, 309.0, 310.0, 339.0, 340.0)
    assert [shown(text, at) for at in times] == [WELL, WELL, WELL, MAJOR, MAJOR, WELL]


def test_lag_of_what_always_is():
    """What is down from the start is shown when the lag is over."""
    page = outages(f"status: {{lag: 60s}}\nrules: [{{{DOWN}}}]")
    assert [set(page.shown(at).conditions.values()) for at in (59.0, 60.0)] == [
        {"operational"},
        {"major_outage"},
    ]
    assert (page.shown(90.0).since, page.shown(90.0).down_since) == (60.0, 60.0)


@pytest.mark.parametrize(
    "word",
    ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"],
)
def test_says(word):
    """A page may say anything at any time."""
    text = f"status: {{says: {word}}}\n" + rule("{window: {after: 10s, for: 30s}}")
    assert [shown(text, at) for at in (0.0, 20.0, 90.0)] == [all_of(word)] * 3


@pytest.mark.parametrize(
    ("elapsed", "since", "down_since"),
    [(5, 0, 0), (15, 10, 10), (35, 30, 10), (45, 40, 10), (60, 50, 0)],
)
def test_since(elapsed, since, down_since):
    """It is known since when the page shows this, and since when anything is wrong."""
    page = outages(
        """
rules:
  - {match: {model: llama*}, schedule: {window: {after: 30s, for: 10s}}, faults: [stall: {}]}
  - {match: {model: gpt*}, schedule: {window: {after: 10s, for: 40s}}, faults: [stall: {}]}
  - {schedule: {window: {after: 12s, for: 1s}}, match: {key: csk-other}, faults: [stall: {}]}
"""
    )
    found = page.shown(float(elapsed))
    assert found.since == pytest.approx(since, abs=0.01)
    assert found.down_since == pytest.approx(down_since, abs=0.01)


def test_many_windows():
    """A window that has opened a million times costs no more."""
    text = rule("{window: {for: 1s, repeat: 2s}}")
    assert shown(text, 2_000_000.5) == MAJOR
    assert shown(text, 2_000_001.5) == WELL


def test_no_models():
    """An edition without models has a page, too."""
    assert set(Outages(Scenario("test"), ()).shown(0.0).conditions) == {COMPLETIONS, OTHERS}


def test_shipped():
    """Of the shipped scenarios, those about outages are shown as such, and no others."""
    worst = Counter(
        name
        for name in names()
        for at in (0.0, 2.0)
        if "major_outage" in Outages(shipped(name), MODELS).shown(at).conditions.values()
    )
    assert set(worst) == {"one-model-down", "outage-503", "restart"}

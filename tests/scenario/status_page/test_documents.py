"""The page as JSON and as HTML."""

from __future__ import annotations

import re

import pytest

from mockserver.scenario import parse
from mockserver.scenario.status_page.documents import Page
from mockserver.scenario.status_page.outages import Outages

URL = "http://127.0.0.1:8000/status"
STARTED = 1_800_000_000.0  # 2027-01-15T08:00:00Z
OUTAGE = "rules: [{match: {model: %s}, schedule: {window: {after: 10s}}, faults: [%s]}]"


def page(text="", elapsed=20.0, models=("gpt-oss-120b", "llama3.1-8b"), url=URL):
    scenario = parse(f"name: test\n{text}")
    return Page(Outages(scenario, models).shown(elapsed), STARTED, url)


def test_status():
    """It has exactly the documented keys."""
    found = page().status()
    assert found.keys() == {"page", "status"}
    assert re.fullmatch("[0-9a-f]{12}", found["page"].pop("id"))
    assert found["page"] == {
        "name": "Cerebras Inference (mock)",
        "url": URL,
        "time_zone": "Etc/UTC",
        "updated_at": "2027-01-15T08:00:00.000Z",
    }
    assert found["status"] == {"indicator": "none", "description": "All Systems Operational"}


@pytest.mark.parametrize(
    ("text", "indicator", "description"),
    [
        (OUTAGE % ("'*'", "stall: {}"), "critical", "Major Service Outage"),
        (OUTAGE % ("gpt*", "stall: {}"), "major", "Partial System Outage"),
        (OUTAGE % ("gpt*", "latency: {delay: 9s}"), "minor", "Partially Degraded Service"),
        ("status: {says: operational}", "none", "All Systems Operational"),
        ("status: {says: degraded_performance}", "minor", "Partially Degraded Service"),
        ("status: {says: partial_outage}", "major", "Partial System Outage"),
        ("status: {says: major_outage}", "critical", "Major Service Outage"),
        ("status: {says: under_maintenance}", "minor", "Service Under Maintenance"),
    ],
)
def test_indicator(text, indicator, description):
    """The worst component decides; it is critical when no model answers."""
    found = page(text).summary()
    assert found["status"] == {"indicator": indicator, "description": description}
    assert bool(found["incidents"]) is (indicator != "none")


def test_no_models():
    """Without any model there is nothing that could be down altogether."""
    assert page("rules: [{faults: [stall: {}]}]", models=()).status()["status"] == {
        "indicator": "major",
        "description": "Partial System Outage",
    }


def test_summary():
    """It has all components in their order, and the incident with those that it concerns."""
    found = page(OUTAGE % ("gpt*", "stall: {}")).summary()
    names = [component["name"] for component in found["components"]]
    assert names == ["gpt-oss-120b", "llama3.1-8b", "Text completions", "Models, files and batches"]
    assert [component["position"] for component in found["components"]] == [1, 2, 3, 4]
    assert len({component["id"] for component in found["components"]}) == 4
    assert found["scheduled_maintenances"] == []
    (incident,) = found["incidents"]
    assert (incident["status"], incident["impact"]) == ("investigating", "major")
    assert incident["started_at"] == "2027-01-15T08:00:10.000Z"
    assert [one["name"] for one in incident["components"]] == ["gpt-oss-120b", "Text completions"]
    (update,) = incident["incident_updates"]
    assert update["incident_id"] == incident["id"]
    assert found["page"]["updated_at"] == update["updated_at"] == "2027-01-15T08:00:10.000Z"


def test_lives_on():
    """An incident keeps its id while it lasts; the next one has another."""
    text = """
rules: [{schedule: {window: {after: 10s, for: 30s, repeat: 100s}}, faults: [stall: {}]}]
"""
    early, late, again = (
        page(text, elapsed).summary()["incidents"][0]["id"] for elapsed in (11.0, 39.0, 111.0)
    )
    assert early == late != again


def test_html():
    """People see the same, and whatever a client calls the host can't become markup."""
    shown = page(OUTAGE % ("gpt*", "stall: {}"), url="http://<b>/status").html()
    assert "<h1>Partial System Outage</h1>" in shown
    assert "<li>gpt-oss-120b: major outage</li>" in shown
    assert "<b>" not in shown
    assert "http://&lt;b&gt;/status/api/v2/summary.json" in shown

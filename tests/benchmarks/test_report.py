"""What is made of figures: ratios, targets, the table, JSON, the chart."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from benchmarks import chart, markdown, report, targets
from benchmarks.figures import Figures, Found, Kind
from benchmarks.targets import Target

KIND = Kind("plain", "answers", {"rate": "requests/s", "size": "bytes"}, [], print, "aiohttp")
ROUNDS = {
    "ours": (800.0, 700.0, 750.0),
    "aiohttp": (1000.0, 1000.0, 500.0),
    "aimock": (400.0, 350.0, 750.0),
}


@pytest.fixture
def figures():
    """Return three rounds of three servers."""
    made = Figures()
    for number in range(3):
        for name, rates in ROUNDS.items():
            made.add(KIND, name, Found({"rate": rates[number]}, load=0.5, errors=number // 2))
    return made


def test_ratios(figures):
    """Ratios are taken round by round, so that a slow minute slows both."""
    ours = figures.get("plain", "rate", "ours")
    assert ours.median == 750
    assert ours.ratios(figures.get("plain", "rate", "aiohttp")) == [0.8, 0.7, 1.5]
    assert ours.ratios(None) == []


@pytest.mark.parametrize(
    ("target", "value", "reached"),
    [
        (Target("plain", "rate", "ours", low=750), 750, True),
        (Target("plain", "rate", "ours", low=751), 750, False),
        (Target("plain", "rate", "ours", high=749), 750, False),
        (Target("plain", "rate", "ours", low=1.9, versus="aimock"), 2.0, True),
        (Target("plain", "rate", "ours", low=0.81, versus="aiohttp"), 0.8, False),
        (Target("plain", "rate", "ours", low=2, versus="mock-llm"), None, None),
        (Target("idle", "memory", "ours", high=25), None, None),
    ],
)
def test_targets(figures, target, value, reached):
    """A target is about a median, or about the median of the ratios; it may be unmeasured."""
    assert target.value(figures) == value
    if value is not None:
        assert target.reached(value) is reached
        line = target.line(value, "requests/s")
        assert ("MISSED" in line) is not reached


def test_every_target_is_about_something():
    """Each target names a kind, a metric of it and subjects that it has."""
    from benchmarks.kinds import KINDS

    kinds = {kind.name: kind for kind in KINDS}
    for target in targets.TARGETS:
        kind = kinds[target.kind]
        assert target.metric in kind.units
        assert {target.subject, target.versus or target.subject} <= set(kind.subjects)


def test_table(figures):
    """A row has the median, the least, the most, the ratios, the load generator's share."""
    text = report.text(figures, [KIND])
    [row] = [line for line in text.splitlines() if line.startswith("    ours")]
    assert " ".join(row.split()) == "ours 750 700 - 800 0.80 (0.70 - 1.50) 50% 1 errors"
    assert "plain, rate, ours" in text
    assert "size" not in text


def test_a_busy_load_generator_is_told(figures):
    """A figure that says more about the load generator than about the server is marked."""
    figures.add(KIND, "ours", Found({"rate": 1.0}, load=0.97))
    assert report.text(figures, [KIND]).count("load generator too busy") == 1


def test_document(figures):
    """The JSON has every value, so that runs can be compared."""
    read = json.loads(report.document(figures, [KIND], {"rounds": 3}))
    assert read["settings"] == {"rounds": 3}
    assert read["baselines"] == {"plain": "aiohttp"}
    ours = read["figures"][0]
    assert (ours["subject"], ours["median"], ours["ratios"]) == ("ours", 750, [0.8, 0.7, 1.5])
    assert ours["values"] == [800, 700, 750]
    assert read["machine"]["python"]


def test_markdown(figures):
    """The tables have a row for each, the fastest first, and one for each target."""
    assert markdown.tables(figures, [KIND]).splitlines() == [
        "| answers a second | answers |",
        "| --- | ---: |",
        "| aiohttp | 1,000 |",
        "| ours | 750 |",
        "| aimock | 400 |",
        "",
        "| target | wanted | found |  |",
        "| --- | --- | ---: | --- |",
        "| plain, rate, ours | >= 1.1 x aimock | 2 | reached |",
        "| plain, rate, ours | >= 0.7 x aiohttp | 0.8 | reached |",
    ]
    assert markdown.tables(Figures(), [KIND]) == ""


def test_chart(figures):
    """The chart has a bar for each, the fastest first and as long as it is fast, in both looks."""
    drawing = chart.drawn(figures, [KIND])
    assert "prefers-color-scheme: dark" in drawing
    svg = ET.fromstring(drawing)  # noqa: S314 (it is ours)
    space = "{http://www.w3.org/2000/svg}"
    widths = [float(bar.get("width")) for bar in svg.iter(f"{space}rect")]
    assert widths[0] == max(widths)
    assert [width / widths[0] for width in widths] == pytest.approx([1, 0.75, 0.4], abs=0.01)
    said = [text.text for text in svg.iter(f"{space}text")]
    assert said == [
        "answers, requests/s",
        *("aiohttp", "1,000", "pytest-cerebras", "750", "aimock", "400"),
    ]

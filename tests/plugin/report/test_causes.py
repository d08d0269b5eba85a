"""What many tests have shown, by what has caused it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from mockserver.verdicts.patterns import PATTERNS
from pytest_cerebras.report import causes
from pytest_cerebras.report.causes import things
from pytest_cerebras.session.symptoms import Symptom

APP = """
from cerebras.cloud.sdk import Cerebras

MODEL = "gpt-oss-120b"


def ask(question):
    messages = [{"role": "user", "content": question}]
    with Cerebras(max_retries=0, warm_tcp_connection=False) as client:
        answer = client.chat.completions.create(model=MODEL, messages=messages)
    return answer.choices[0].message.content


def stream(question):
    messages = [{"role": "user", "content": question}]
    with Cerebras(max_retries=0, warm_tcp_connection=False) as client:
        chunks = client.chat.completions.create(model=MODEL, messages=messages, stream=True)
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
"""
TESTS = """
import app, pytest

@pytest.mark.parametrize("question", ["Who?", "What?", "Why?"])
def test_plain(cerebras_mock, question):
    assert isinstance(app.ask(question), str)

def test_stream(cerebras_mock):
    answer = app.stream("Who?")
"""


def symptom(what="hot-retry", site="app.py:3", how="certain", scenario="burst-503"):
    return Symptom(what, site, how, scenario, "seen", "mend it", "pytest app.py")


def at(line):
    """Return where a line of the app is."""
    return f"app.py:{APP.strip().splitlines().index(line) + 1}"


PLAIN = at("        answer = client.chat.completions.create(model=MODEL, messages=messages)")
STREAM = at(
    "        chunks = client.chat.completions.create(model=MODEL, messages=messages, stream=True)"
)


def test_one_cause():
    """One rule at one line is one thing, in however many tests, and the commonest comes first."""
    seen = [("a", symptom(site="x.py:1")), ("b", symptom()), ("c", symptom(scenario="restart"))]
    title, found = things(seen)
    assert title == "2 things to fix, 3 cells"
    assert [(one.first.site, one.tests) for one in found] == [
        ("app.py:3", ("b", "c")),
        ("x.py:1", ("a",)),
    ]
    assert found[0].title == "hot-retry at app.py:3 (2 cells: burst-503, restart)"


def test_twice_in_a_test():
    """What one test shows twice is one cell."""
    title, found = things([("a", symptom()), ("a", symptom(scenario="restart"))])
    assert title == "1 thing to fix, 1 cell"
    assert found[0].scenarios == ("burst-503", "restart")


def test_advice():
    """Advice stands apart, and each kind of it once, at however many lines."""
    seen = [
        ("a", symptom(how="advice")),
        ("b", symptom(how="advice", site="app.py:9")),
        ("c", symptom("ValueError", how="failed")),
    ]
    assert [one.first.what for one in things(seen)[1]] == ["ValueError"]
    (better,) = causes.advice(seen)
    assert better.title == "hot-retry at app.py:3 and 1 more line (2 cells: burst-503)"


def test_lines():
    """What was seen, what to do, how it looks when done, and how to see it again."""
    lines = list(causes.lines(things([("a", symptom())])[1]))
    assert lines[:3] == [
        "1. hot-retry at app.py:3 (1 cell: burst-503)",
        "    seen:   seen",
        "    fix:    mend it",
    ]
    assert lines[3:-1] == [f"    like:   {line}" for line in PATTERNS["hot-retry"]]
    assert lines[-1] == "    replay: pytest app.py"
    assert next(causes.lines(things([("a", symptom("E", site=""))])[1])) == (
        "1. E (1 cell: burst-503)"
    )


def story(scenario, *, file="", note="without this fault the test passes", **keys):
    """Return a symptom that the search has found."""
    file = file or f"found/{scenario}.yaml"
    told = f"It is {scenario}. Then: it fails."
    return replace(symptom("E", scenario=scenario, **keys), sentence=told, note=note, file=file)


def test_stories():
    """What the search found is listed once, by its first story; the others are named."""
    seen = [("a", story("busy")), ("a", story("cut")), ("b", story("cut", file="x.yaml"))]
    title, found = things(seen)
    assert title == "1 thing to fix, 3 stories"
    assert list(causes.lines(found)) == [
        "1. E at app.py:3 (3 stories: busy, cut)",
        "    seen:   It is busy. Then: it fails.",
        "            without this fault the test passes",
        "    fix:    mend it",
        "    file:   found/busy.yaml",
        "    replay: pytest app.py",
        "    also:   It is cut. (found/cut.yaml)",
        "    also:   It is cut. (x.yaml)",
    ]


def test_stories_and_cells():
    """A test that fails without a search counts beside the stories; there are no cells then."""
    title, found = things([("a", story("busy")), ("b", symptom("E")), ("c", symptom())])
    assert title == "2 things to fix, 2 tests, 1 story"
    assert [one.title for one in found] == [
        "E at app.py:3 (1 test, 1 story: busy, burst-503)",
        "hot-retry at app.py:3 (1 test: burst-503)",
    ]


def test_many_stories():
    """A few more stories are told."""
    _, found = things([("a", story(str(number))) for number in range(9)])
    told = list(causes.lines(found))
    assert sum(line.startswith("    also:") for line in told) == 3


def test_many():
    """Of many causes the first are shown."""
    _, found = things([("a", symptom(site=f"app.py:{n}")) for n in range(30)])
    assert list(causes.lines(found))[-1] == "... and 5 more"


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_of_a_run(run, pytester, workers):
    """A run tells what there is to fix: at which lines, and once each; so do the reports."""
    pytester.makepyfile(app=APP)
    reports = ("--cerebras-report", "r.json", "--cerebras-report", "r.html")
    result = run(TESTS, "--cerebras-chaos", "wrong-key,rate-limit,silent-cut", *workers, *reports)
    text = result.stdout.str()
    # the calls fail under two scenarios, and so does the stream, which hides a cut as well
    assert re.search(r"=+ Cerebras: 3 things to fix, 9 cells =+", text)
    result.stdout.fnmatch_lines(
        [
            f"1. CerebrasError at {PLAIN} (6 cells: *)",
            "    seen:   *Error: Error code: 4*",
            "    fix:    *",
            "    like:   try:",
            "    replay: pytest *test_plain*",
        ]
    )
    assert f"half-answer at {STREAM} (1 cell: silent-cut)" in text
    report = json.loads((pytester.path / "r.json").read_text("utf-8"))
    symptoms = [one for cell in report["cells"] for one in cell["symptoms"]]
    seen = {one["what"] for one in symptoms if one["how"] != "advice"}
    assert seen == {"CerebrasError", "half-answer"}
    page = (pytester.path / "r.html").read_text("utf-8")
    assert "3 things to fix, 9 cells." in page
    assert f"CerebrasError at {PLAIN} (6 cells: " in page


def test_failure_of_the_test(run):
    """What no line of the app has raised is the test's."""
    result = run("def test_a(cerebras_mock):\n    assert cerebras_mock.requests")
    result.stdout.fnmatch_lines(["1. AssertionError at *test_failure_of_the_test.py:2 (1 cell: *)"])


ESCAPES = """
from cerebras.cloud.sdk import Cerebras

def ask():
    with Cerebras(base_url="https://api.cerebras.ai", max_retries=0) as client:
        return client.models.list()

def test_a(cerebras_mock):
    ask()
"""


def test_request_to_the_real_api(run):
    """The thing to fix is where the request went, not the exception that follows from it."""
    told = run(ESCAPES).stdout.str().partition("1 thing to fix, 1 cell")[2]
    assert "1. key-sent-elsewhere at test_request_to_the_real_api.py:" in told
    assert re.search(
        r"seen: +a request to api\.cerebras\.ai was stopped \(.*:\d+\)$", told, re.MULTILINE
    )
    assert re.search(r"fix: +while .*; let the app read CEREBRAS_BASE_URL", told)


def test_strict(run, pytester):
    """Where a verdict fails a test, it is the cause, not its failure."""
    pytester.makepyfile(app=APP)
    result = run(TESTS, "--cerebras-chaos", "silent-cut", "--cerebras-strict", "-k", "stream")
    assert "Cerebras: 1 thing to fix, 1 cell" in result.stdout.str()


def test_nothing_to_fix(run):
    """A run in which all is well says nothing of it."""
    result = run("def test_a(cerebras_mock):\n    pass")
    assert "to fix" not in result.stdout.str()

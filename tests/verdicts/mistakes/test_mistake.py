"""A row of the table, and when it explains a request."""

from __future__ import annotations

import string

import pytest

from mockserver.api.contract import editions
from mockserver.verdicts.mistakes import (
    MISTAKES,
    TABLES,
    Mistake,
    Setup,
    mistake_behind,
    mistakes_in,
)

GUIDE = editions.load("guide")
TWICE = "/v1/v1/chat/completions"


def test_explained():
    """A row's sentences are about the set-up, and about its facts."""
    one = Mistake(
        "here",
        lambda _: True,
        "it is {it.path}",
        "go {where}",
        "https://example.com",
        "warning",
        facts=lambda it: {"where": it.path.upper()},
    )
    told = one.explained(Setup(GUIDE, path="/home"))
    assert (told.what, told.fix) == ("it is /home", "go /HOME")
    assert (told.name, told.severity, told.source) == ("here", "warning", "https://example.com")


def test_on_a_line():
    """A path can't break a log."""
    one = Mistake("here", lambda _: True, "it is {it.path}", "go", "https://example.com")
    assert one.explained(Setup(GUIDE, path="/a\n\x1bb")).what == "it is /a\\n\\x1bb"


def test_long_values():
    """A value of a sentence is shortened, after keys are redacted."""
    key = "csk-" + "4f1d" * 6
    one = Mistake("here", lambda _: True, "it is {it.path}", "go", "https://example.com")
    what = one.explained(Setup(GUIDE, path="/" + "a" * 390 + f"/{key}")).what
    assert len(what) < 420
    assert "4f1d" not in what


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.cerebras.ai/v1?api_key=geheim",
        "https://me:geheim@api.cerebras.com/v1",
        "api.cerebras.ai/v1?token=geheim",
        "https://api.cerebras.ai/v1 ?key=geheim",
    ],
)
def test_no_key_told(base_url):
    """A secret in a base URL is not told."""
    found = list(mistakes_in(Setup(GUIDE, client="openai", base_url=base_url)))
    assert found
    assert "geheim" not in repr(found)


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row.name)
def test_row(row):
    """A row has a public report, and sentences without a full stop."""
    assert row.source.startswith("https://")
    assert not row.what.endswith(".")
    assert not row.fix.endswith(".")
    known = dir(Setup(GUIDE))
    for text in (row.what, row.fix):
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name]
        ours = [name for name in names if name.startswith("it.")]
        assert {name.split(".")[1].partition("[")[0] for name in ours} <= {*known}


def test_names():
    """No name stands twice."""
    assert len({row.name for row in MISTAKES}) == len(MISTAKES)


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row.name)
def test_table(row):
    """No row of a table is met by a set-up that the table is not tried for."""
    is_known = next(is_known for is_known, rows in TABLES if row in rows)
    setups = (
        Setup(GUIDE, "cerebras", "http://api.cerebras.ai/v1/v1?x=1 "),
        Setup(GUIDE, "openai", "api.cerebras.com"),
        Setup(GUIDE, path="/v1/responses/", query="key=x"),
        Setup(GUIDE, method="GET", path="/v1/chat/completions", headers={"accept": "text/html"}),
        Setup(GUIDE, method="POST", path="/v1/chat/completions", raw=b"", status=400),
        Setup(GUIDE, "cerebras", authorization="", variables=frozenset({"CEREBRAS_KEY"})),
        Setup(GUIDE, "cerebras", authorization="Bearer Bearer gsk_..."),
        Setup(GUIDE, "cerebras", model="Llama3.1-8B"),
        Setup(GUIDE, "cerebras", model="gpt-4o"),
        Setup(GUIDE, "cerebras", body={"n": 2, "max_tokens": 1, "max_completion_tokens": 1}),
        Setup(GUIDE, error={"message": "body.n: no", "code": "wrong_api_format"}, body={"n": 2}),
    )
    assert any(map(is_known, setups))
    assert not any(row.when(setup) for setup in setups if not is_known(setup))


def test_nothing_known():
    """What is not known is no mistake."""
    assert list(mistakes_in(Setup(GUIDE))) == []


def test_refused(engine, ask, now):
    """The API's own refusal is explained."""
    running = engine()
    refused = running.handle(ask(TWICE), now=now)
    found = mistake_behind(refused, running.edition)
    assert found is not None
    assert found.name == "two-v1"


def test_answered(engine, ask, now):
    """An answer that came is not looked up."""
    running = engine()
    assert mistake_behind(running.handle(ask(), now=now), running.edition) is None


@pytest.mark.parametrize(
    ("reason", "value"),
    [("faults", ("error",)), ("intervened", True)],
)
def test_by_the_scenario(engine, ask, now, reason, value):
    """What the scenario refuses, or the mock itself, is no mistake of the user's."""
    running = engine()
    refused = running.handle(ask(TWICE), now=now)
    setattr(refused, reason, value)
    assert mistake_behind(refused, running.edition) is None


def test_by_the_edition(engine, ask, now):
    """What only the scenario's edition refuses is explained: that is what the edition is for."""
    running = engine(edition="2026-11")
    refused = running.handle(ask(model="llama3.1-8b"), now=now)
    assert refused.restricted
    found = mistake_behind(refused, running.edition)
    assert found is not None
    assert found.name == "retired-model"

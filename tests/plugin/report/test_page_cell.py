"""A cell in the page: whatever is left out is said to be."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args
from xml.etree.ElementTree import Element

import pytest

from mockserver.verdicts import Verdict
from pytest_cerebras.report.matrix_results import Cell, Drawn, Played, Ran, Seen, Slept
from pytest_cerebras.report.outcome import Outcome
from pytest_cerebras.report.page_cell import WORDS, draw, look, words
from pytest_cerebras.report.spent import Spent

SEEN = Seen(
    1, "#1 POST /v1 -> 429, 5 tokens", 0.0, 1, 1, None, None, 429, 3, 5, "", ("error",), (),
    (Drawn(0.0, 0.0, "error", "head 429"),),
)  # fmt: skip
VERDICT = Verdict("hot-retry", "it came back at once", "wait longer", (1, 2))
REPLAY = "pytest 't.py::test[x -- y]' --cerebras-chaos healthy --cerebras-seed 0"
CELL = Cell("t[h]", "t", "healthy", "failed", 1.0, 0, REPLAY, reason="assert 1 == 2")


def drawn(*played, **changes):
    details = Element("details")
    draw(details, replace(CELL, played=played, **changes), "cell-1")
    return details


def text(element):
    return "".join(element.itertext())


def calls(count):
    return tuple(
        replace(SEEN, number=one, call=one, at=float(one), line=f"#{one} GET /{one} -> 200")
        for one in range(count)
    )


def test_all_is_told():
    """Why, what the app slept, the verdict with its fix, each request with waits and faults."""
    retry = replace(SEEN, number=2, at=1.5, attempt=2, waited=1.5, line="#2 POST /v1 -> 200")
    details = drawn(Played("healthy", (SEEN, retry), (VERDICT,)), sleeps=(Slept(1.5, 0, "", ""),))
    told = text(details)
    for said in (
        "assert 1 == 2", "App slept1.5 s", "hot-retry: it came back at once.", "Fix: wait longer.",
        "5 tokens", "faults: error", "1.50 s #2 POST /v1 -> 200 waited 1.50 s", "2 attempts",
    ):  # fmt: skip
        assert said in told
    assert details.find("dl").attrib == {"id": "cell-1", "tabindex": "-1"}


def test_cost():
    """What a cell would cost, and which of its requests was for nothing."""
    spent = Spent(0.03, 0.01, 9, 3)
    lost = replace(SEEN, faults=(), for_nothing="asked again")
    other = replace(lost, number=2, at=1.0, for_nothing=None)
    told = text(drawn(Played("healthy", (lost, other), (), spent=spent)))
    assert "Would cost$0.03, $0.01 of it for nothing" in told
    assert told.count("paid for nothing: asked again") == 1
    assert "Would cost" not in text(drawn(Played("healthy", (SEEN,), ())))


def test_mistakes():
    """A mistake is told with the requests that it spoils, and only with those."""
    wrong = replace(SEEN, status=404, faults=(), mistake="the path has no /v1: /m; add /v1")
    other = replace(wrong, number=2, at=1.0, mistake="")
    told = text(drawn(Played("healthy", (wrong, other), ())))
    assert told.count("the path has no /v1: /m; add /v1") == 1


def test_replay_is_a_command():
    """Its lines are broken between options; read or copied, it is what it was."""
    code = drawn().find(".//code[@class='replay']")
    assert text(code) == REPLAY


def test_equal_requests():
    """Requests that got the same are told in one line, with the range of their waits."""
    attempts = [
        replace(
            SEEN,
            number=at,
            at=float(at),
            attempt=at,
            waited=at // 10 + 1.0,
            line=f"#{at} GET -> 503",
        )
        for at in range(2, 40)
    ]
    ran = Ran("pay", {}, "side effect: pay()", 30.5, failed=False)
    listed = [
        " ".join(text(item).split())
        for item in drawn(Played("healthy", (SEEN, *attempts), (), 0, (ran,))).findall(".//li")
    ]
    assert listed[1:] == [
        "2.00 s #2 to #30: 29 times GET -> 503 the last at 30.00 s waited 1 to 4 s faults: error",
        "30.50 s side effect: pay()",
        "31.00 s #31 to #39: 9 times GET -> 503 the last at 39.00 s waited 4 s faults: error",
    ]


@pytest.mark.parametrize(("count", "left_out"), [(40, None), (41, 1), (60, 20)])
def test_calls_that_are_not_drawn(count, left_out):
    """A time line of many calls says how many it leaves out; the list has all of them."""
    details = drawn(Played("healthy", calls(count), ()))
    assert len(details.findall(".//g")) == min(count, 40)
    assert len(details.findall(".//li")) == count
    said = f"{left_out} of {count} calls not drawn."
    assert (said in text(details)) is (left_out is not None)
    assert ("not drawn" in text(details)) is (left_out is not None)


def test_requests_that_were_not_kept():
    """So does the list."""
    assert "1 earlier request left out." in text(drawn(Played("healthy", (SEEN,), (), 1)))
    assert "7 earlier requests left out." in text(drawn(Played("healthy", (SEEN,), (), 7)))
    assert "left out" not in text(drawn(Played("healthy", (SEEN,), ())))


def test_side_effects():
    """What the app has recorded stands between the requests, and also where there are none."""
    ran = tuple(Ran("pay", {}, f"side effect: pay{at}()", at, failed=False) for at in (0.5, 2.0))
    retry = replace(SEEN, number=2, at=1.5, line="#2 POST")
    played = Played("healthy", (SEEN, retry), (), 0, ran)
    listed = [text(item).strip() for item in drawn(played).findall(".//li")]
    assert [one.partition(" s ")[2][:15] for one in listed] == [
        "#1 POST /v1 -> ",
        "side effect: pa",
        "#2 POST faults:",
        "side effect: pa",
    ]
    alone = drawn(replace(played, exchanges=()))
    assert "No requests under healthy." in text(alone)
    assert len(alone.findall(".//li")) == 2


def test_words():
    """Each outcome has its words, and verdicts are counted."""
    assert WORDS.keys() == set(get_args(Outcome))
    guilty = replace(CELL, played=(Played("healthy", (), (VERDICT, VERDICT)),))
    assert words(CELL) == "failed"
    assert words(guilty) == "failed, 2 verdicts"
    assert words(replace(guilty, outcome="failed-by-verdict")) == "failed by 2 verdicts"
    assert look(replace(guilty, outcome="passed")) == "is passed guilty"

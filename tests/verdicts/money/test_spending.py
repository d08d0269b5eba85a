"""What a client has spent, and the sentence on a budget."""

from __future__ import annotations

import pytest

from mockserver.api.model.script import Script
from mockserver.core.errors import DroppedError, UnknownPriceError
from mockserver.faults import Cut, Drip, Error
from mockserver.journal import Retention
from mockserver.scenario import Rule, Schedule
from mockserver.verdicts import Case
from mockserver.verdicts.money.spending import Spending

PRICES = """
extends: guide
name: ours
models:
  llama3.1-8b: {price: {prompt: 0, completion: 1000}}
  gpt-oss-120b: {price: null}
"""


@pytest.fixture
def prices(tmp_path):
    """Return the path of an edition: a tenth of a cent for each token of a completion."""
    path = tmp_path / "prices.yaml"
    path.write_text(PRICES)
    return str(path)


@pytest.fixture
def spending(stage, prices):
    """Return a function that lets a client play, the first request meeting faults."""

    def play(act, *faults, tokens=10):
        script = Script(tokens=tokens)
        first = Rule(reply=script, schedule=Schedule(first=1), faults=faults)
        on_stage = stage(first, Rule(reply=script), edition=prices)
        act(on_stage)
        on_stage.finish()
        return Spending.of([Case(on_stage.engine.journal, on_stage.engine.edition)])

    return play


def ask(play):
    play.send(0, stream=True)


def retry(play):
    play.loop(1, stream=True)


def test_cost(spending):
    """Ten tokens of a completion at a tenth of a cent."""
    spent = spending(ask)
    assert (spent.cost, spent.wasted) == (pytest.approx(0.01), 0)
    assert spent.for_nothing() == ""


def test_errors_cost_nothing(spending):
    """A refusal costs nothing, nor is it for nothing."""
    spent = spending(retry, Error(status=503))
    assert (spent.cost, spent.wasted) == (pytest.approx(0.01), 0)
    assert [one.exchange.number for one in spent.charges] == [2]


def test_for_nothing(spending):
    """Of a retry of a cut stream, the tokens that came are for nothing."""
    spent = spending(retry, Cut(after_tokens=5))
    assert spent.cost == pytest.approx(0.015)
    assert spent.wasted == pytest.approx(0.005)
    assert spent.for_nothing() == "$0.005 of that was for nothing (asked again $0.005)"
    assert [(one.first.number, one.why) for one in spent.charges] == [(1, "asked again"), (1, None)]


def test_left_early(spending):
    """Of a stream that a client leaves, only the rest is for nothing."""
    spent = spending(lambda play: play.send(0, stream=True, takes=3.5, left=True), Drip(every=1.0))
    (charge,) = spent.charges
    assert spent.cost == pytest.approx(0.01)
    assert 0 < charge.wasted.completion < charge.usage.completion
    assert charge.wasted.prompt == 0
    assert spent.wasted == pytest.approx(charge.wasted.completion / 1000)


def test_several_cases(spending):
    """All scenarios that a test plays count."""
    one, other = spending(ask), spending(ask)
    assert Spending((*one.charges, *other.charges)).cost == pytest.approx(0.02)


def test_unknown_price(spending):
    """Without a price the cost is unknown, and the error says the way out."""
    spent = spending(lambda play: play.send(0, model="gpt-oss-120b"))
    assert (spent.known_cost, spent.unpriced) == (0, ("gpt-oss-120b",))
    for look in (lambda: spent.cost, lambda: spent.wasted):
        with pytest.raises(UnknownPriceError, match="no price for gpt-oss-120b; add one to"):
            look()
    assert spent.excess(1.0).startswith("the cost is not known, because the edition has no price")


def test_dropped(stage, prices):
    """A journal that has dropped requests does not know the cost."""
    play = stage(edition=prices)
    play.engine.journal._retention = Retention(1)
    play.loop(1, 1)
    play.finish()
    with pytest.raises(DroppedError, match="journal keeps the last 1"):
        Spending.of([Case(play.engine.journal, play.engine.edition)])


def test_within_budget(spending):
    """Exactly the budget is within it, however the amounts add up."""
    spent = spending(lambda play: play.loop(*[1] * 5), tokens=3)  # 6 times 0.003 is not 0.018
    assert spent.excess(0.018) is None
    assert spent.excess(1) is None
    assert spent.excess(0.0179) is not None


def test_over_budget(spending):
    """The sentence has what was spent, what was allowed, the dearest calls, and the waste."""
    spent = spending(retry, Cut(after_tokens=5))
    prompt = spent.charges[0].usage.prompt
    assert spent.excess(0.01) == (
        "the test cost $0.015, more than its budget of $0.01: "
        f"$0.015 for #1 ({15 + 2 * prompt} tokens in 2 attempts); "
        "$0.005 of that was for nothing (asked again $0.005). "
        "Spend less, or allow more with --cerebras-budget"
    )


def test_dearest_first(spending):
    """Of many calls the three dearest are named."""

    def act(play):
        for at, most in enumerate((2, 9, 4, 1, 7)):
            text = [{"role": "user", "content": f"Number {at}."}]
            play.send(at, messages=text, max_tokens=most)

    found = spending(act, tokens=20).excess(0.001)
    assert [found.index(f"for #{number} (") for number in (2, 5, 3)] == sorted(
        found.index(f"for #{number} (") for number in (2, 5, 3)
    )
    assert "$0.003 for 2 other calls. Spend less" in found


def test_close_amounts(spending):
    """Two amounts that look alike get the digits that tell them apart."""
    assert "cost $0.01, more than its budget of $0.0099999:" in spending(ask).excess(0.0099999)


def test_partly_unknown(spending):
    """What is known to be too much is told, though there is more."""

    def act(play):
        play.send(0)
        play.send(1, model="gpt-oss-120b")

    assert "the test cost at least $0.01, more than" in spending(act).excess(0.001)

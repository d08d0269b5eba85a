"""What tokens cost, and what the shipped editions know about it."""

import pytest

from mockserver.api.contract import editions
from mockserver.api.contract.price import Price, per_token
from mockserver.api.writing import models
from mockserver.core.errors import DocumentError

OURS = """
extends: guide
models:
  gpt-oss-120b: {price: {completion: 3}}
  llama3.1-8b: {price: null}
"""


def test_dollars():
    """A million tokens of each kind cost what the price says."""
    price = Price(prompt=0.35, completion=0.75)
    assert price.of(1_000_000, 0) == pytest.approx(0.35)
    assert price.of(0, 1_000_000) == pytest.approx(0.75)
    assert price.of(1000, 200) == pytest.approx(0.0005)


@pytest.mark.parametrize(("cached", "dollars"), [(None, 1.0), (0.25, 0.55), (0.0, 0.4)])
def test_cached(cached, dollars):
    """Cached tokens of a prompt cost the same as others, unless they have a price of their own."""
    price = Price(prompt=1, completion=2, cached=cached)
    assert price.of(1_000_000, 0, cached=600_000) == pytest.approx(dollars)


@pytest.mark.parametrize(
    ("dollars", "text"), [(0.1, "0.0000001"), (0.99, "0.00000099"), (2, "0.000002"), (0.0, "0")]
)
def test_per_token(dollars, text):
    """The API writes the price of one token, exactly and without an exponent."""
    assert per_token(dollars) == text


def test_each_answering_model_has_a_price():
    """No shipped edition answers for a model without saying what that costs, and who says so."""
    for name in editions.names():
        edition = editions.load(name)
        served = {model: edition.served(model) for model in edition.models}
        prices = {model: one.price for model, one in served.items() if one is not None}
        unknown = {model for model, price in prices.items() if price is None}
        assert unknown <= {"qwen-3-235b-a22b-thinking-2507"}, name
        assert all(price.source.startswith("https://") for price in prices.values() if price)


def test_recorded_prices():
    """Three prices are those of the recorded catalogue."""
    known = editions.load("2026-07").models
    prices = {name: model.price for name, model in known.items() if model.price}
    found = {name: (price.prompt, price.completion) for name, price in prices.items()}
    assert found["gpt-oss-120b"] == (0.35, 0.75)
    assert found["gemma-4-31b"] == (0.99, 1.49)
    assert found["zai-glm-4.7"] == (2.25, 2.75)


def test_prices_of_ones_own():
    """An edition of one's own changes a part of a price, or takes a price away."""
    known = editions.parse(OURS).models
    price = known["gpt-oss-120b"].price
    assert (price.prompt, price.completion) == (0.35, 3)
    assert known["llama3.1-8b"].price is None


@pytest.mark.parametrize("price", ["{prompt: .inf, completion: 1}", "{prompt: 1}", "1", "[1, 2]"])
def test_wrong_prices(price):
    """A price has both parts, and is a number of dollars."""
    ours = f"{{context: 9, max_output: 9, speed: 9, price: {price}}}"
    with pytest.raises(DocumentError, match=r"models\.ours\.price"):
        editions.parse(f"extends: guide\nmodels: {{ours: {ours}}}")


def test_former_prices():
    """Two texts for a single token are refused, with the form that they have now."""
    former = "models: {gpt-oss-120b: {price: ['0.00000035', '0.00000075']}}"
    with pytest.raises(DocumentError, match=r"per million tokens, such as \{prompt: 0.35, "):
        editions.parse(f"extends: guide\n{former}")


def test_catalogue_is_the_same_truth():
    """The price that is charged is the price that the API shows."""
    edition = editions.parse(OURS)
    shown = models.record(edition, "gpt-oss-120b", public=True)["pricing"]
    assert shown == {"prompt": "0.00000035", "completion": "0.000003"}
    assert models.record(edition, "llama3.1-8b", public=True)["pricing"]["prompt"] == "0"

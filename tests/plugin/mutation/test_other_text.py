import json

import pytest

from pytest_cerebras.mutation.other_text import other_text


@pytest.mark.parametrize(
    "text", ["Because.", "Air scatters blue light.", "Something", "a\nb  c", "[" * 100_000]
)
def test_other_words(text):
    """Prose gets as many words, and not the same."""
    other = other_text(text)
    assert other != text
    assert len(other.split()) == len(text.split())


@pytest.mark.parametrize(
    "value",
    [3, 2.5, True, "yes", ["a", 1], {"city": "Bern", "days": [1, {"deep": False}]}, "Something"],
)
def test_json_keeps_its_form(value):
    """JSON has other values of the same types under the same keys."""
    other = json.loads(other_text(json.dumps(value)))
    assert other != value
    assert shape(other) == shape(value)


def shape(value):
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize("text", ["", "  ", "{}", "[]", "null"])
def test_nothing_to_change(text):
    """What has no values stays."""
    assert other_text(text) == text

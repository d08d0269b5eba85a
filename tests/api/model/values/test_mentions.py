import time
from random import Random

import pytest

from mockserver.api.model.json_samples import Mentions, sample


def made(said, **properties):
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return sample(schema, Random(1), None, Mentions(said))


INTEGER, NUMBER, STRING = {"type": "integer"}, {"type": "number"}, {"type": "string"}


@pytest.mark.parametrize(
    ("said", "properties", "values"),
    [
        ("multiply 3 by 4", {"a": INTEGER, "b": INTEGER}, [3, 4]),
        ("b: 4, a: 3", {"a": INTEGER, "b": INTEGER}, [3, 4]),
        ("What is 2+3?", {"x": INTEGER, "y": INTEGER}, [2, 3]),
        ("It costs -1,250.5", {"price": NUMBER}, [-1250.5]),
        ("two of three", {"n": INTEGER}, [2]),
        ("What is the weather in Paris?", {"city": STRING}, ["Paris"]),
        ("Is New York colder than Köln?", {"city": STRING}, ["New York"]),
        (
            "Fly from Rome to Oslo on 2026-05-01",
            {"origin": STRING, "destination": STRING, "date": STRING},
            ["Rome", "Oslo", "2026-05-01"],
        ),
        (
            "Create a customer named '你好啊集团' (Hello Group)",
            {"customer_name": STRING},
            ["你好啊集团"],
        ),
        ('Say "good morning" to Ada', {"text": STRING, "name": STRING}, ["good morning", "Ada"]),
        (
            "Mail ada@example.org about https://example.com/a.",
            {"url": STRING, "email": STRING},
            ["https://example.com/a", "ada@example.org"],
        ),
        ("find cheap flights", {"query": STRING}, ["find cheap flights"]),
        ("verbose: yes", {"verbose": {"type": "boolean"}}, [True]),
        ("verbose: no", {"verbose": {"type": "boolean"}}, [False]),
    ],
)
def test_fitting(said, properties, values):
    """Values are found by position, by the name of the property, and by what it speaks of."""
    assert list(made(said, **properties).values()) == values


def test_result():
    """What a tool has found comes first, and is the whole of an answer."""
    schema = {
        "type": "object",
        "properties": {"answer": STRING, "degrees": INTEGER},
        "required": ["answer"],
    }
    mentions = Mentions("Weather in 3 days?", "12 degrees, rain")
    assert sample(schema, Random(1), None, mentions) == {
        "answer": "12 degrees, rain",
        "degrees": 12,
    }


def test_nothing():
    """Who has heard nothing mentions nothing."""
    assert not Mentions("")
    assert Mentions("3")


@pytest.mark.parametrize("value", ["a -_ b", "a b", "_a__b ", "a_b"])
def test_spelling_of_a_gap(value):
    """Whatever separates the words of a value, the text may separate them otherwise."""
    assert made("take a-b, not c", x={"enum": ["c", value]}) == {"x": value}


@pytest.mark.parametrize("value", [" ", "_", ""])
def test_value_without_words(value):
    """A value of mere space is never mentioned."""
    assert made("take c or  d_e", x={"enum": [value, "c"]}) == {"x": "c"}


@pytest.mark.parametrize("part", ["a", "_", "a-", ".", "a@", "a.", " ", "-", "1", "http://"])
def test_long_texts(part):
    """A text is searched in linear time; in the worst case, the search used to take forever."""
    properties = {
        "email": STRING,
        "x": {"enum": [f"a{' ' * 300}b", f"a{'- ' * 100}b", "c"]},
    }
    began = time.process_time()
    made("a" + part * (30_000 // len(part)), **properties)
    assert time.process_time() - began < 5

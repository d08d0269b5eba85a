import json
import time

import pytest
from jsonschema import validate

from mockserver.api.contract.edition import Model
from mockserver.api.model import requested_json
from mockserver.api.model.generate import GenerationRequest, generate
from mockserver.api.model.script import Script
from mockserver.core.seeding import HexStream, SeededText

MODEL = Model(context=8192, max_output=8192, speed=1000)
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "n": {"type": "integer"}},
    "required": ["city", "n"],
}


def said(*texts, reply=None, **more):
    roles = ["system"] * (len(texts) - 1) + ["user"]
    messages = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]
    return generate(
        reply or Script(),
        GenerationRequest({"messages": messages, **more}, MODEL, 9999),
        SeededText(1),
        HexStream("2"),
    ).text


@pytest.mark.parametrize(
    "text",
    [
        "Reply only with JSON.",
        "Respond in JSON",
        "List three colours as JSON.",
        "Please answer in valid JSON only, no prose.",
        "Your response must be JSON.",
        "Can you reply in JSON?",
        "Do not return anything other than JSON.",
        "Reply in JSON, without code fences.",
    ],
)
def test_asked(text):
    """Who asks for JSON in words gets an object, and no prose even where it has to be long."""
    assert json.loads(said(text)).keys()
    assert json.loads(said(text, "Hello there!")).keys()
    assert json.loads(said(text, min_tokens=900)).keys()
    assert len(said(text, reply=Script(tokens=300))) > 900


@pytest.mark.parametrize(
    "text",
    [
        "Explain what JSON is.",
        "How do I return JSON from Flask?",
        "Write a Python function that returns JSON.",
        'Summarise this JSON: {"name": "x"}',
        "Don't answer in JSON, please.",
        "Why does my server respond with JSON?",
        "The API response was JSON. What went wrong?",
        f"Explain this schema: {json.dumps(SCHEMA)}",
        "Write a server that answers with JSON.",
    ],
)
def test_only_mentioned(text):
    """Who speaks of JSON gets prose."""
    assert requested_json.in_words({"messages": [{"role": "user", "content": text}]}) is None
    assert said(text).endswith(".")


def test_schema_in_the_text():
    """A schema in the text is followed, with what the rest of it mentions."""
    made = json.loads(
        said(
            f"Answer in JSON that matches this schema: {json.dumps(SCHEMA)}",
            "Is 7 the number of Oslo?",
        )
    )
    validate(made, SCHEMA)
    assert made == {"city": "Oslo", "n": 7}
    assert json.loads(said(f"Follow this schema: {json.dumps(SCHEMA)}")).keys() == {"city", "n"}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('Return JSON like {"name": "Bob", "age": 3}.', {"name": str, "age": int}),
        ("Return a JSON object with the keys name and age.", {"name": str, "age": str}),
        ("Respond in JSON with `setup` and `punchline` keys.", {"setup": str, "punchline": str}),
        ('Reply in JSON of this form: {"ok": true, "tags": ["..."]}', {"ok": bool, "tags": list}),
    ],
)
def test_shape(text, keys):
    """An example is the shape, and so are keys that are named."""
    assert {key: type(one) for key, one in json.loads(said(text)).items()} == keys


def test_list():
    """A list is a list."""
    assert isinstance(json.loads(said("Give me a JSON array of cities."))[0], str)
    assert json.loads(said('Return only JSON of the form [{"id": 1}]'))[0].keys() == {"id"}


def test_fence():
    """A code fence is there where it is asked for, and only there."""
    fenced = said("Return the result as JSON in a ```json code block.")
    assert fenced.startswith("```json\n{")
    assert fenced.endswith("}\n```")
    assert said('Reply in JSON like this:\n```json\n{"a": 1}\n```').startswith("{")


def test_keys_of_a_json_object():
    """The format ``json_object`` has the keys that the text names."""
    text = said("Respond in JSON with `a` and `b` keys.", response_format={"type": "json_object"})
    assert json.loads(text).keys() == {"a", "b"}


@pytest.mark.parametrize("part", ["a ", "as a ", "the ", "with the ", " ", "please ", "keys "])
def test_long_texts(part):
    """A prompt is read in linear time: in quadratic time, this takes half a minute."""
    began = time.process_time()
    requested_json.in_words({"prompt": f"Return [JSON {part * 10_000}"})
    assert time.process_time() - began < 4

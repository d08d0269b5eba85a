"""The set-ups that a file shows."""

import pytest

from mockserver.api.contract import editions
from mockserver.doctor.python.matter import Matter
from mockserver.doctor.python.setups import of_file
from mockserver.doctor.python.source import Source

NEWEST = editions.load("2026-11")
IMPORTS = """
import requests
from cerebras.cloud.sdk import Cerebras
from langchain_cerebras import ChatCerebras
from openai import OpenAI
"""
V1 = "https://api.cerebras.ai/v1"
OTHER = "sk-proj-" + "a1b2c3d4e5f6g7h8i9j0k1l2m3"


def shown(code):
    """Return what the set-ups of a file tell, without what they don't."""
    matter = Matter(Source.of(IMPORTS + code), NEWEST)
    fields = ("client", "base_url", "path", "authorization", "model", "body", "headers")
    told = ({name: getattr(setup, name) for name in fields} for _, setup in of_file(matter))
    return [
        {name: value for name, value in one.items() if value not in ("", None, {})} for one in told
    ]


def test_address():
    """An address is told with the kind of the client."""
    assert shown('Cerebras(base_url="https://api.cerebras.ai/v1")') == [
        {"client": "cerebras", "base_url": V1}
    ]
    assert shown('OpenAI(base_url="https://cloud.cerebras.ai/v1")') == [
        {"client": "openai", "base_url": "https://cloud.cerebras.ai/v1"}
    ]
    assert shown('Cerebras(base_url="https://api.openai.com/v1")') == [
        {"client": "cerebras", "base_url": "https://api.openai.com/v1"}
    ]


def test_key():
    """A key of another vendor is told, and redacted."""
    (one,) = shown(f'ChatCerebras(api_key="{OTHER}")')
    assert one["base_url"] == V1
    assert one["authorization"].startswith("Bearer sk-")
    assert OTHER[-20:] not in str(one)


def test_word_for_key():
    """A word is told where the address stands beside it."""
    (_, one) = shown(f'OpenAI(api_key="", base_url="{V1}")')
    assert one["authorization"] == "Bearer "
    (_, one) = shown(f'OpenAI(api_key="test", base_url="{V1}")')
    assert one["authorization"].startswith("Bearer ")


@pytest.mark.parametrize(
    "code",
    [
        'Cerebras(api_key="test")',  # for a server of one's own, by CEREBRAS_BASE_URL
        "Cerebras(api_key=key)",
        "Cerebras(**options)",
        f'OpenAI(api_key="{OTHER}")',
        f'OpenAI(api_key="{OTHER}", base_url="https://gateway.example/v1")',
        'client = OpenAI()\nclient.chat.completions.create(model="gpt-4o")',
        'client = Cerebras(base_url=url)\nclient.chat.completions.create(model="ours")',
        'def f(client: Cerebras):\n    client.chat.completions.create(model="ours")',
    ],
)
def test_nothing_is_known(code):
    """What may be meant for somebody else is not told."""
    assert [one for one in shown(code) if {"authorization", "model", "body"} & one.keys()] == []


def test_model_of_a_call():
    """The model and the parameters of a call, as far as they stand in the code."""
    code = 'c = Cerebras()\nc.chat.completions.create(model="m", stream=True, messages=x)'
    right = {"client": "cerebras", "base_url": "https://api.cerebras.ai"}
    assert shown(code) == [
        {**right, "model": "m"},
        {**right, "body": {"model": "m", "stream": True}},
    ]


def test_post():
    """A request is told by its path, its fields and its model."""
    code = f'requests.post("{V1}/chat", headers={{"X-Api-Key": "secret"}}, json={{"model": "m"}})'
    assert shown(code) == [
        {"base_url": "https://api.cerebras.ai", "path": "/v1/chat"},
        {"base_url": V1, "headers": {"x-api-key": "..."}},
        {"base_url": V1, "model": "m"},
    ]


@pytest.mark.parametrize(
    ("code", "models"),
    [
        ('def f(m="m"):\n  c.chat.completions.create(model=m)', ["m"]),
        ('o = {"model": "m"}\nc.chat.completions.create(**o)', ["m"]),
        ('o = dict(model="m")\no["x"] = 1\nc.chat.completions.create(**o)', ["m"]),
        ('c.chat.completions.create(**{"model": "m"})', ["m"]),
        ('o = {"model": "m"}\no["model"] = x\nc.chat.completions.create(**o)', []),
        ('o = {"model": "m"}\no.update(x)\nc.chat.completions.create(**o)', []),
        ('o = {"model": "m"}\no = x\nc.chat.completions.create(**o)', []),
        ('o = {"x": "m"}\nc.chat.completions.create(**o)', []),
        ("c.chat.completions.create(**o)", []),
        ('def f(m="m"):\n  m = g()\n  c.chat.completions.create(model=m)', []),
        (f'def f(m="m"):\n  requests.post("{V1}/chat/completions", json={{"model": m}})', ["m"]),
        ('def f(m="m"):\n  ChatCerebras(model=m)', ["m"]),
        ('CEREBRAS_MODEL = "cerebras/m"', ["m"]),
        ('GROQ_MODEL = "m"', []),
        ('CEREBRAS_MODEL, GROQ_MODEL = "m", "n"', []),
    ],
)
def test_default_model(code, models):
    """A model that is asked unless somebody says otherwise."""
    assert [one["model"] for one in shown(f"c = Cerebras()\n{code}") if "model" in one] == models


@pytest.mark.parametrize(("count", "told"), [(3, 3), (4, 0)])
def test_list_of_models(count, told):
    """A file with many names of models is a list to choose from."""
    code = "".join(f'CEREBRAS_{name}_MODEL = "m{name}"\n' for name in "ABCD"[:count])
    assert len(shown(code)) == told


def test_default_address():
    """The default of the SDK's variable, whoever reads it."""
    code = 'import os\nos.getenv("CEREBRAS_BASE_URL", "https://x.cerebras.net")'
    assert shown(code) == [{"base_url": "https://x.cerebras.net"}]


@pytest.mark.parametrize(
    ("call", "path"),
    [
        ("responses.create(input=x)", "/v1/responses"),
        ("embeddings.create(input=x)", "/v1/embeddings"),
        ("audio.speech.create(input=x)", "/v1/audio/speech"),
        ("beta.threads.create()", "/v1/threads"),
    ],
)
def test_other_endpoint(call, path):
    """A call of what only OpenAI has is told by its path, on a client that asks Cerebras."""
    told = {"client": "openai", "base_url": V1, "path": path}
    assert told in shown(f'c = OpenAI(base_url="{V1}", api_key=k)\nc.{call}')
    elsewhere = ("OpenAI()", "OpenAI(base_url=url)", "Cerebras(base_url=url)", "other()")
    for client in elsewhere:
        assert not any("path" in one for one in shown(f"c = {client}\nc.{call}"))


def test_own_names():
    """What only sounds like an endpoint is none."""
    code = f'c = OpenAI(base_url="{V1}", api_key=k)\nc.chat.completions.create()\nc.create()'
    assert not any("path" in one for one in shown(code))


def test_form():
    """A dictionary that is sent as a form is told by its content type."""
    told = {"content-type": "application/x-www-form-urlencoded"}
    post = f'requests.post("{V1}/chat/completions", data={{}})'
    assert told in [one.get("headers") for one in shown(post.format('{"model": "m"}'))]
    for body in ("json.dumps(x)", "x", '{"model": "m"}, files=f', '{"model": "m"}, **more'):
        assert told not in [one.get("headers") for one in shown(post.format(body))]

"""The clients that a file makes, and the calls of their chat."""

import pytest

from mockserver.doctor.python.clients import chats, clients, is_cerebras
from mockserver.doctor.python.source import Source

IMPORTS = """
import os
from cerebras.cloud.sdk import Cerebras
from crewai import LLM
from openai import OpenAI
from pydantic_ai import Agent
from langchain_cerebras import ChatCerebras
from pydantic_ai.models.cerebras import CerebrasModel
"""
URL = '"https://api.cerebras.ai/v1"'


def made(code):
    return clients(Source.of(IMPORTS + code))


@pytest.mark.parametrize(
    ("code", "model"),
    [
        ("Cerebras()", ""),
        (f"Cerebras(base_url={URL})", ""),
        (f"OpenAI(base_url={URL}, **options)", ""),
        (f'OpenAI(base_url=os.getenv("X", {URL}))', ""),
        (f'OpenAI(base_url=os.getenv("X") or {URL})', ""),
        (f"U = {URL}\nOpenAI(base_url=U)", ""),
        ('ChatCerebras(model="m")', "m"),
        ('LLM(model="cerebras/m")', "m"),
        ('LLM("cerebras/m")', "m"),
        (f'LLM(model="cerebras/m", base_url={URL})', "m"),
        ('Agent("cerebras:m")', "m"),
        ('CerebrasModel("m")', "m"),
    ],
)
def test_asks_cerebras(code, model):
    """A client whose requests surely go to this API."""
    (one,) = made(code)
    assert one.asks_cerebras
    assert one.model == model


@pytest.mark.parametrize(
    "code",
    [
        "OpenAI()",
        'OpenAI(base_url="https://gateway.example/cerebras/v1")',
        'OpenAI(base_url="http://127.0.0.1:8000/v1")',
        'OpenAI(base_url=os.environ["X"])',
        "OpenAI(base_url=url)",
        "Cerebras(**options)",
        'Cerebras(base_url="http://localhost:8000")',
        "Cerebras(base_url=url)",
        "Cerebras(http_client=http)",
        'LLM(model="groq/m")',
        'LLM(model="cerebras/m", base_url="https://gateway.example")',
        "LLM(model=name)",
        'Agent("openai:m")',
        "Agent(model)",
        'CerebrasModel("m", provider=provider)',
    ],
)
def test_may_ask_others(code):
    """A client that asks somebody else, or may do so."""
    (one,) = made(code)
    assert not one.asks_cerebras


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.cerebras.ai", True),
        (" https://API.cerebras.ai/v1/ ", True),
        ("https://cloud.cerebras.ai", False),
        ("https://api.cerebras.ai.example", False),
        ("https://gateway.example/api.cerebras.ai", False),
        ("api.cerebras.ai", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_is_cerebras(url, expected):
    """The API has one host."""
    assert is_cerebras(url) is expected


def called(code):
    source = Source.of(IMPORTS + code)
    return list(chats(source, clients(source)))


@pytest.mark.parametrize(
    "code",
    [
        "c = Cerebras()\nc.chat.completions.create()",
        "Cerebras().chat.completions.create()",
        "c = Cerebras()\ndef f():\n    c.chat.completions.parse()",
        "def c():\n    return Cerebras()\nc().chat.completions.create()",
        "c = Cerebras()\nc.with_options(max_retries=0).chat.completions.stream()",
    ],
)
def test_chats(code):
    """A call on a client that the file makes."""
    assert len(called(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "c = wrapped(Cerebras())\nc.chat.completions.create()",
        "c = Cerebras()\nc = other\nc.chat.completions.create()",
        "def f(c: Cerebras):\n    c.chat.completions.create()",
        "c = Cerebras()\nc.models.list()",
        "c = Cerebras()\nc.completions.create()",
        "c = Agent('cerebras:m')\nc.chat.completions.create()",
    ],
)
def test_no_chats(code):
    """A call on something else, or on what may be something else."""
    assert called(code) == []


def test_options():
    """What is set between the client and the call counts as set by the call."""
    (one,) = called("c = Cerebras()\nc.with_options(timeout=3).chat.completions.create(n=1)")
    assert one.sets("timeout")
    assert one.sets("n")
    assert not one.sets("max_retries")

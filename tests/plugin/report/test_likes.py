"""The code that a report shows as correct gets no verdict under the faults of its rule."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

import openai  # noqa: F401 (so that the inner runs need not import it)
import pytest

from mockserver.verdicts import RULES
from mockserver.verdicts.patterns import PATTERNS

IMPORTS = """
import asyncio, json, time
from email.utils import parsedate_to_datetime

import httpx
from cerebras.cloud.sdk import (
    APIError, APIStatusError, AsyncCerebras, BadRequestError, Cerebras, CerebrasError,
    InternalServerError, NotFoundError, RateLimitError,
)
from openai import OpenAI, OpenAIError

MODEL = model = "gpt-oss-120b"
messages = [{"role": "user", "content": "Why is the sky blue?"}]
asked = {"model": MODEL, "messages": messages}

class AppError(Exception):
    pass

AskedWronglyError = IncompleteError = TooManyRoundsError = AppError

def read(stream):
    return "".join(choice.delta.content or "" for chunk in stream for choice in chunk.choices)
"""
TEST = """
import app, asyncio, inspect, pytest

def test_like(cerebras_mock):
    app.page = cerebras_mock.status_url
    try:
        result = app.ask()
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
        ended = "answered" if result else "nothing"
    except app.AppError:
        ended = "told"
    except app.CerebrasError:
        ended = "raised"
    assert not cerebras_mock.verdicts
    assert ended == EXPECTED
    assert cerebras_mock.requests
"""
WAITING = """
def ask():
    client = Cerebras(max_retries=0)
    for attempt in range(5):
        try:
            return client.chat.completions.create(**asked)
        except {error} as error:
            {like}
"""
ASKING = """
def ask():
    {like}
    return client.chat.completions.create(**asked)
"""
TOOL = {"type": "function", "function": {"name": "pay", "parameters": {"type": "object"}}}
CALLING = f"""
asked |= {{"tools": [{TOOL}], "tool_choice": "required"}}

def run(name, *arguments, **named):
    return "paid"

def ask():
    choice = Cerebras().chat.completions.create(**asked).choices[0]
"""


@dataclass(frozen=True)
class Frame:
    """What stands around the lines, and how the app ends under each scenario."""

    code: str
    ends: dict[str, str]


SHORT = {
    "rate-limit": "answered",
    "retry-after-date": "answered",
    "retry-after-60": "answered",
    "no-retry-after": "raised",
    "minute-window": "answered",
    "daily-quota-gone": "raised",
    "healthy": "answered",
}
OUTAGES = {
    "burst-503": "answered",
    "intermittent-500": "answered",
    "restart": "answered",
    "rate-limit": "answered",
    "retry-after-date": "answered",
    "no-retry-after": "raised",
}
ONCE = {"healthy": "answered"}
FRAMES = {
    "retry-after-ignored": Frame(WAITING.replace("{error}", "RateLimitError"), SHORT),
    "permanent-error-retried": Frame(
        WAITING.replace("{error}", "APIStatusError"),
        {
            "never-fits": "told",
            "wrong-key": "told",
            "unknown-model": "told",
            "cloudflare-403": "told",
            "context-8192": "answered",
        },
    ),
    "hot-retry": Frame(ASKING, OUTAGES),
    "nested-retries": Frame(
        """
def ask():
    {like}
    for attempt in range(5):
        try:
            return client.chat.completions.create(**asked)
        except InternalServerError:
            time.sleep(2**attempt)
""",
        {"burst-503": "answered", "intermittent-500": "answered"},
    ),
    "gave-up-at-once": Frame(
        """
asked = {"messages": messages, "stream": True}

def ask():
    {like}
""",
        {
            **OUTAGES,
            "rate-limit-in-stream": "answered",
            "one-model-down": "answered",
            "wrong-key": "raised",
        },
    ),
    "no-fallback": Frame(
        """
def ask():
    client = Cerebras()
    {like}
""",
        {"one-model-down": "answered", "retirement-day": "answered", "burst-503": "answered"},
    ),
    "overflow-repeated": Frame(
        """
messages = [{"role": "user", "content": f"{number} " + "word " * 2500} for number in range(4)]

def ask():
    client = Cerebras()
    try:
        return client.chat.completions.create(model=model, messages=messages)
    except BadRequestError as error:
        {like}
""",
        {"context-8192": "answered"},
    ),
    "half-answer": Frame(
        """
def ask():
    stream, text, finish = Cerebras().chat.completions.create(**asked, stream=True), "", None
    {like}
    return text
""",
        {
            "silent-cut": "told",
            "truncated-512": "told",
            "usage-chunk": "answered",
            "healthy": "answered",
        },
    ),
    "partial-tool-call": Frame(
        CALLING
        + """
    try:
        {like}
    except ValueError as error:
        raise AppError from error
    return True
""",
        {"tool-arguments-cut": "told", "invalid-tool-json": "told", "healthy": "answered"},
    ),
    "tool-ran-twice": Frame(
        CALLING
        + """
    results, tell = {}, lambda name, result: None
    for call in choice.message.tool_calls:
        arguments = json.loads(call.function.arguments)
        {like}
    return True
""",
        ONCE,
    ),
    "unread-answer": Frame(ASKING, {"healthy": "answered", "queue-surge": "raised"}),
    "duplicate-request": Frame(
        """
asked["temperature"] = 0

def once(client, answers, question="Why?"):
    {like}

def ask():
    client, answers = Cerebras(), {}
    return once(client, answers) and once(client, answers)
""",
        ONCE,
    ),
    "announced-429": Frame(
        """
def once(client):
    {like}

def ask():
    client = Cerebras(max_retries=0)
    return [once(client) for _ in range(12)]
""",
        {"healthy --cerebras-tier free": "answered"},
    ),
    "excessive-reservation": Frame(
        """
def ask():
    client = Cerebras()
    answers = [client.chat.completions.create(**asked)]
    {like}
    return True
""",
        {"healthy --cerebras-tier free": "answered"},
    ),
    "no-overall-deadline": Frame(
        """
async def ask():
    client, text = AsyncCerebras(max_retries=0), ""
    stream = await client.chat.completions.create(**asked, stream=True)
    try:
        {like}
    except TimeoutError as error:
        raise AppError from error
    return text
""",
        {"heartbeat-stall": "told", "usage-chunk": "answered"},
    ),
    "endless-requests": Frame(
        """
def once(messages):
    return Cerebras().chat.completions.create(
        model=model, messages=messages, tools=[TOOL], tool_choice="required"
    ).choices[0].message

def asking():
    ask = once
    {like}

def ask():
    return asking()
""".replace("TOOL", str(TOOL)),
        {"healthy": "told"},
    ),
    "status-page-polled": Frame(
        """
import random

def ask():
    client, looked_at, failed = Cerebras(max_retries=0), -99, False
    for attempt in range(8):
        try:
            return client.chat.completions.create(**asked)
        except InternalServerError:
            failed = True
        {like}
""",
        {"status-page-lags": "answered"},
    ),
    "key-sent-elsewhere": Frame(
        """
def ask():
    {like}
    return client.chat.completions.create(**asked)
""",
        ONCE,
    ),
    "CerebrasError": Frame(
        """
apology = "Sorry: {}".format

def ask(question="Why?"):
    ask = lambda _: Cerebras().chat.completions.create(**asked)
    {like}
    return answer
""",
        {"wrong-key": "answered", "billing-stop": "answered", "outage-503": "answered"},
    ),
}


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        pytest.param(name, scenario, id=f"{name}-{scenario}")
        for name, frame in FRAMES.items()
        for scenario in frame.ends
    ],
)
def test_like(run, pytester, name, scenario):
    """The app ends as it should, and there is nothing to say against it."""
    frame = FRAMES[name]
    before, _, after = frame.code.partition("{like}")
    margin = before.rpartition("\n")[2]
    lines = indent("\n".join(PATTERNS[name]), margin)[len(margin) :]
    pytester.makepyfile(app=IMPORTS + before + lines + after)
    code = TEST.replace("EXPECTED", repr(frame.ends[scenario]))
    options = ("--cerebras-clock", "virtual", "--cerebras-strict=all")
    result = run(code, "--cerebras-scenario", *scenario.split(), *options)
    result.assert_outcomes(passed=1)


def test_all():
    """The lines of each rule are run."""
    assert {PATTERNS[rule.name] for rule in RULES} <= {PATTERNS[name] for name in FRAMES}

"""An app as many are: some functions pass errors on, and some swallow them."""

from __future__ import annotations

import asyncio
import json

from cerebras.cloud.sdk import APIError, AsyncCerebras, Cerebras

MODEL = "gpt-oss-120b"
SORRY = "I am sorry, please ask me later."
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}


def _messages(question):
    return [{"role": "user", "content": question}]


def complete(question, **more):
    """Return the completion as the client gives it."""
    client = Cerebras(warm_tcp_connection=False)
    return client.chat.completions.create(model=MODEL, messages=_messages(question), **more)


def ask(question):
    """Return the answer."""
    return complete(question).choices[0].message.content


def safe_ask(question):
    """Return the answer, or an excuse."""
    try:
        return ask(question)
    except APIError:
        return SORRY


def stream(question):
    """Yield the pieces of the answer."""
    for chunk in complete(question, stream=True):
        for choice in chunk.choices:
            yield choice.delta.content or ""


def safe_stream(question):
    """Yield the pieces of the answer; nothing if there is none."""
    try:
        yield from stream(question)
    except APIError:
        return


async def ask_async(question):
    """Return the answer."""
    async with AsyncCerebras(warm_tcp_connection=False) as client:
        found = await client.chat.completions.create(model=MODEL, messages=_messages(question))
    return found.choices[0].message.content


async def safe_ask_async(question):
    """Return the answer, or an excuse."""
    try:
        return await ask_async(question)
    except APIError:
        return SORRY


async def ask_all(questions):
    """Return the answers to several questions, which are asked together."""
    return await asyncio.gather(*map(safe_ask_async, questions))


def call_tool(question):
    """Return the name and the arguments of the tool that the model calls; None without one."""
    message = complete(question, tools=[TOOL], tool_choice="auto").choices[0].message
    if not message.tool_calls:
        return None
    function = message.tool_calls[0].function
    return function.name, function.arguments


def safe_call_tool(question):
    """Return what ``call_tool`` returns, or None."""
    try:
        return call_tool(question)
    except APIError:
        return None


def extract(question):
    """Return the JSON of the answer; empty if it is none."""
    try:
        return json.loads(safe_ask(question))
    except ValueError:
        return {}


class Store:
    """What the app keeps."""

    def __init__(self):
        self.rows = []

    def handle(self, question):
        """Ask, and keep the question."""
        answer = ask(question)
        self.rows.append(question)
        return answer

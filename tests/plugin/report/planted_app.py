"""An app with twelve bugs, one in a module of its own; each has a line, marked by its number."""

import json
import time

import httpx
import planted_stream
from cerebras.cloud.sdk import (
    APIConnectionError,
    APIStatusError,
    BadRequestError,
    Cerebras,
    CerebrasError,
    InternalServerError,
    RateLimitError,
)

MODEL = "gpt-oss-120b"
SORRY = "Sorry, I can't answer that now."
TROUBLE = (CerebrasError, httpx.HTTPError, ValueError, LookupError, AttributeError, TypeError)
ROOM = {"model": MODEL, "max_completion_tokens": 1000}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def said(text):
    return [{"role": "user", "content": text}]


def client(**settings):
    settings = {"timeout": 30, "max_retries": 0, "warm_tcp_connection": False, **settings}
    return Cerebras(**settings)


def text_of(answer):
    """Return the text of a whole answer; raises ValueError for any other."""
    if isinstance(answer, str) or not answer.choices:
        raise ValueError("no completion")
    choice = answer.choices[0]
    if choice.finish_reason != "stop" or not choice.message.content:
        raise ValueError("half an answer")
    return choice.message.content


def hammers(question):
    for _ in range(4):
        try:
            return text_of(client().chat.completions.create(messages=said(question), **ROOM))  # 1
        except InternalServerError:
            continue
        except TROUBLE:
            return SORRY
    return SORRY


def ignores_retry_after(question):
    for attempt in range(3):
        try:
            return text_of(client().chat.completions.create(messages=said(question), **ROOM))  # 2
        except RateLimitError:
            time.sleep(0.7 * 2**attempt)
        except TROUBLE:
            return SORRY
    return SORRY


def retries_what_is_wrong(question):
    for attempt in range(3):
        try:
            return text_of(client().chat.completions.create(messages=said(question), **ROOM))  # 3
        except (RateLimitError, InternalServerError, BadRequestError, APIConnectionError):
            return SORRY
        except APIStatusError:
            time.sleep(2**attempt)
        except TROUBLE:
            return SORRY
    return SORRY


def hides_a_break(question):
    text, finish = "", None
    try:
        stream = client().chat.completions.create(messages=said(question), stream=True, **ROOM)  # 5
        for chunk in stream:
            for choice in chunk.choices or ():
                text += choice.delta.content or ""
                finish = choice.finish_reason or finish
    except httpx.HTTPError:
        return text
    except TROUBLE:
        return SORRY
    return text if finish == "stop" and text else SORRY


def sends_too_much_again(question):
    long = said("word " * 9000) + said(question)
    for attempt in range(2):
        try:
            return text_of(client().chat.completions.create(messages=long, **ROOM))  # 6
        except BadRequestError:
            time.sleep(2**attempt)
        except TROUBLE:
            return SORRY
    return SORRY


def runs_half_a_call(question):
    messages = said(question)
    create = client().chat.completions.create
    try:
        answer = create(messages=messages, tools=[TOOL], **ROOM)
        calls = answer.choices[0].message.tool_calls
        if not calls:
            return text_of(answer)
        arguments = mended(calls[0].function.arguments)
        function = {"name": "get_weather", "arguments": json.dumps(arguments)}
        made = {"id": calls[0].id, "type": "function", "function": function}
        result = {"role": "tool", "tool_call_id": calls[0].id, "content": '{"degrees": 21}'}
        messages += [{"role": "assistant", "content": None, "tool_calls": [made]}, result]
        return text_of(create(messages=messages, tools=[TOOL], **ROOM))  # 7
    except TROUBLE:
        return SORRY


def mended(text):
    for end in ("", '"}', "}", "null}"):
        try:
            return json.loads(text + end)
        except ValueError:
            continue
    return {}


def has_the_key_of_another(question):
    try:
        other = client(api_key="sk-proj-0123456789")
        return text_of(other.chat.completions.create(messages=said(question), **ROOM))  # 8
    except TROUBLE:
        return SORRY


def takes_null_for_text(question):
    try:
        answer = client().chat.completions.create(messages=said(question), **ROOM)
        if isinstance(answer, str) or not answer.choices:
            return SORRY
    except TROUBLE:
        return SORRY
    if answer.choices[0].finish_reason != "stop":
        return SORRY
    return answer.choices[0].message.content.strip()  # 9


def reads_choices_of_a_page(question):
    try:
        answer = client().chat.completions.create(messages=said(question), **ROOM)
    except TROUBLE:
        return SORRY
    choice = answer.choices[0]  # 10
    return (choice.message.content if choice.finish_reason == "stop" else "") or SORRY


def reads_choices_of_usage(question):
    text, finish = "", None
    try:
        chunks = list(
            client().chat.completions.create(messages=said(question), stream=True, **ROOM)
        )
    except TROUBLE:
        return SORRY
    for chunk in chunks:
        choice = chunk.choices[0] if chunk.choices is not None else None  # 11
        if choice is not None:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return text if finish == "stop" and text else SORRY


def catches_nothing(question):
    answer = client().chat.completions.create(messages=said(question), **ROOM)  # 12
    try:
        return text_of(answer)
    except TROUBLE:
        return SORRY


BUGS = (
    hammers,
    ignores_retry_after,
    retries_what_is_wrong,
    planted_stream.joins_what_came,
    hides_a_break,
    sends_too_much_again,
    runs_half_a_call,
    has_the_key_of_another,
    takes_null_for_text,
    reads_choices_of_a_page,
    reads_choices_of_usage,
    catches_nothing,
)

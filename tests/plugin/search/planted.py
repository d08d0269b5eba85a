"""
Apps, each with a bug that one to three faults show; with ``fixed``, the bug is mended.

The test of an app says what its user counts on: a text that is whole, or an apology.
"""

from __future__ import annotations

import json
import time

from cerebras.cloud.sdk import (
    APIConnectionError,
    APIError,
    APIStatusError,
    Cerebras,
    RateLimitError,
)

SORRY = "Sorry, try again later."
SERVER_ERRORS = 500
CLIENTS = []
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "add",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {"a": {"type": "integer"}},
                "required": ["a"],
                "additionalProperties": False,
            },
        },
    }
]


def ask(question="Tell me about the sea.", model="gpt-oss-120b", *, timeout=20, **keys):
    client = Cerebras(max_retries=0, timeout=timeout, warm_tcp_connection=False)
    CLIENTS.append(client)
    said = [{"role": "user", "content": question}]
    return client.chat.completions.create(model=model, messages=said, **keys)


def close():
    """Close the connections of all clients."""
    while CLIENTS:
        CLIENTS.pop().close()


def text_of(answer):
    """Return the text of a whole answer; raises ValueError for any other."""
    choices = getattr(answer, "choices", None)
    if not choices or choices[0].finish_reason != "stop":
        raise ValueError("no whole answer")
    text = choices[0].message.content
    if not isinstance(text, str) or not text.strip():
        raise ValueError("no text")
    return text


def missing_header(*, fixed):
    """Take ``Retry-After`` for granted."""
    for _ in range(4):
        try:
            return text_of(ask())
        except RateLimitError as error:
            told = error.response.headers
            time.sleep(70 if fixed else int(told["retry-after"]) + 1)
        except (APIError, ValueError):
            return SORRY
    return SORRY


def date_after_outage(*, fixed):
    """Mistake a date for seconds, but only after an outage."""
    outages = 0
    for attempt in range(4):
        try:
            return text_of(ask())
        except RateLimitError as error:
            told = error.response.headers.get("retry-after")
            is_read = outages and told and not fixed
            time.sleep(float(told) + 1 if is_read else 70)
        except APIStatusError as error:
            if error.status_code < SERVER_ERRORS:
                return SORRY
            outages += 1
            time.sleep(2.0**attempt)
        except (APIError, ValueError):
            return SORRY
    return SORRY


def middle_call(*, fixed):
    """Lose the second of three parts."""
    parts = []
    for number in range(3):
        try:
            parts.append(text_of(ask(f"Write part {number}.")))
        except (APIError, ValueError):
            if fixed or number != 1:
                return [SORRY]
            parts.append("")
    return parts


def first_choice(*, fixed):
    """Count on a choice."""
    try:
        answer = ask()
        return text_of(answer) if fixed else answer.choices[0].message.content or SORRY
    except (APIError, ValueError):
        return SORRY


def arguments(*, fixed):
    """Count on arguments that are JSON."""
    kinds = (APIError, AttributeError, ValueError, TypeError) if fixed else (APIError,)
    try:
        answer = ask("Add 2 to 3.", tools=TOOLS, tool_choice="required")
        calls = answer.choices[0].message.tool_calls if answer.choices else None
        return bool(json.loads(calls[0].function.arguments)) if calls else True
    except kinds:
        return True


def both_models(*, fixed):
    """Stumble where the second model fails as well."""
    failed = None
    for model in ("gpt-oss-120b", "llama3.1-8b"):
        try:
            return text_of(ask(model=model))
        except (APIError, ValueError) as error:
            failed = error
    return SORRY if fixed else SORRY[: len(failed)]


def third_failure(*, fixed):
    """Divide by the attempts that are left."""
    for left in (2, 1, 0):
        try:
            return text_of(ask())
        except (APIConnectionError, RateLimitError):
            time.sleep(70 if fixed else 70 + 4 / left)
        except (APIError, ValueError):
            return SORRY
    return SORRY


def appended(*, fixed):
    """Append a second answer to the first half of another."""
    text = ""
    for attempt in range(3):
        text = "" if fixed else text
        finish = None
        try:
            for event in ask(stream=True):
                for choice in event.choices or ():
                    text += choice.delta.content or ""
                    finish = choice.finish_reason or finish
        except APIStatusError:
            return SORRY
        except Exception:  # noqa: BLE001, S110 (as in many an app)
            pass
        if finish is not None:
            return text if finish == "stop" and text else SORRY
        time.sleep(2.0**attempt)
    return SORRY


def no_timeout(*, fixed):
    """Wait for ever."""
    try:
        return text_of(ask(timeout=20 if fixed else None))
    except (APIError, ValueError):
        return SORRY


def forgotten_kind(*, fixed):
    """Handle a status, and forget a lost connection."""
    kinds = (APIError,) if fixed else (APIStatusError,)
    try:
        return text_of(ask())
    except (*kinds, ValueError):
        return SORRY


def second_turn(*, fixed):
    """Trust the arguments of a second tool call, having checked those of the first."""
    for turn in (1, 2):
        try:
            answer = ask(f"Add {turn} to 3.", tools=TOOLS, tool_choice="required")
            calls = answer.choices[0].message.tool_calls if answer.choices else None
            written = calls[0].function.arguments if calls else ""
        except (APIError, AttributeError, ValueError, TypeError):
            return SORRY
        try:
            json.loads(written)
        except ValueError:
            if fixed or turn == 1:
                return SORRY
            return json.loads(written)
    return "Done."


def half_after_limit(*, fixed):  # noqa: C901 (as in many an app)
    """Hand out the half of a lost stream, if the next attempt is over the limit."""
    half = ""
    for _ in range(2):
        text, finish = "", None
        try:
            for event in ask(stream=True):
                for choice in event.choices or ():
                    text += choice.delta.content or ""
                    finish = choice.finish_reason or finish
        except RateLimitError:
            if half and not fixed:
                return half
            time.sleep(70)
        except APIStatusError:
            return SORRY
        except Exception:  # noqa: BLE001 (as in many an app)
            half = text
            time.sleep(2.0)
        if finish is not None:
            return text if finish == "stop" and text else SORRY
    return SORRY


def refused_fallback(*, fixed):
    """Misread a refusal, which only the fallback after a rate limit can meet."""
    try:
        return text_of(ask())
    except RateLimitError:
        time.sleep(70)
    except (APIError, ValueError):
        return SORRY
    try:
        return text_of(ask(model="llama3.1-8b"))
    except APIStatusError as error:
        refused = isinstance(error.body, dict) and "odel" in str(error.body.get("message"))
        return SORRY if fixed or not refused else error.body["error"]["message"]
    except (APIError, ValueError):
        return SORRY


def empty_then_limit(*, fixed):
    """Fall back on an answer that was empty, if the next attempt is over the limit."""
    empty = None
    for _ in range(3):
        try:
            answer = ask()
        except RateLimitError:
            if empty is not None and not fixed:
                return empty
            time.sleep(70)
            continue
        except (APIError, ValueError):
            return SORRY
        try:
            return text_of(answer)
        except ValueError:
            empty = ""
    return SORRY


def third_of_four(*, fixed):
    """Lose the third of four parts."""
    parts = []
    for number in range(4):
        try:
            parts.append(text_of(ask(f"Write part {number}.")))
        except (APIError, ValueError):
            if fixed or number != 2:
                return [SORRY]
            parts.append("")
    return parts

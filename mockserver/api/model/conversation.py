"""Reads the user's messages, the tool results and the tool calls of a conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_OBSERVED = re.compile(
    r"\s*(?:call id: \S+\s+)?(?:observation|tool (?:result|response|output))s?\b[:*\s]*",
    re.IGNORECASE,
)
_CALLED = re.compile(r"[\"']name[\"']\s*:\s*[\"']([\w.-]{1,64})[\"']")
_RECENT = 40  # messages; older ones are ignored
# what a framework writes if it has not run a tool and wants the model to repeat the call
_REFUSED = re.compile(
    r"(?:fix|correct)[^.]{0,80}\btry again|validation error|json_invalid"
    r"|(?:not valid|invalid) (?:json|arguments?|input)|(?:failed|unable) to parse",
    re.IGNORECASE,
)
_MOST_CORRECTED = 2  # refused calls that the model repeats; after one more, it answers in words
_LONGEST_REFUSAL = 2000


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message; content parts are joined by newlines."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


def last_user_text(body: Mapping[str, Any]) -> str:
    """Return the last user message, or the prompt of a text completion."""
    if "messages" not in body:
        prompt = body["prompt"]
        return prompt if isinstance(prompt, str) else ""
    return next((text_of(one) for one in reversed(body["messages"]) if one["role"] == "user"), "")


def task(body: Mapping[str, Any]) -> str:
    """Return the last user message that does not contain a tool result."""
    if "messages" not in body:
        return last_user_text(body)
    texts = (text_of(one) for one in reversed(body["messages"]) if one["role"] == "user")
    return next((text for text in texts if not _OBSERVED.match(text)), "")


def _is_feedback(message: Mapping[str, Any]) -> bool:
    """Return whether a user message is a framework's request to correct the last answer."""
    text = text_of(message)[:_LONGEST_REFUSAL] if message["role"] == "user" else ""
    return _REFUSED.search(text) is not None


def results(body: Mapping[str, Any]) -> list[str]:
    """
    Return the tool results since the last user message.

    Some frameworks send a result as a user message that begins with ``Observation:``. If the latest
    result refuses a call and asks for a correct one, refusals do not count as results, unless there
    are more than two.
    """
    found: list[str] = []
    for message in reversed(body.get("messages", [])[-_RECENT:]):
        text = text_of(message)
        observed = _OBSERVED.match(text) if message["role"] == "user" else None
        if message["role"] == "tool" or observed:
            found.append(text[observed.end() :].strip() if observed else text)
        elif message["role"] != "assistant" and not _is_feedback(message):
            break
    refused = [one for one in found if _REFUSED.search(one[:_LONGEST_REFUSAL])]
    if found and found[0] in refused and len(refused) <= _MOST_CORRECTED:
        found = [one for one in found if one not in refused]
    return found[::-1]


def called(body: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the tools called since the last user message."""
    names: set[str] = set()
    for message in reversed(body.get("messages", [])[-_RECENT:]):
        is_word = message["role"] == "user" and not _is_feedback(message)
        if is_word and not _OBSERVED.match(text_of(message)):
            break
        names |= {one["function"]["name"] for one in message.get("tool_calls") or ()}
        if message["role"] == "assistant":
            names |= set(_CALLED.findall(text_of(message)[:10_000]))
    return frozenset(names)

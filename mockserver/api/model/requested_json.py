"""
Finds out whether the words of a prompt ask for JSON.

If so, the module also finds out the shape of the JSON, and whether the JSON should be in a code
fence.

A sentence counts only if it tells the model how to answer. A question about JSON, or a request for
code that produces JSON, is answered in prose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from . import json_in_text
from .conversation import text_of
from .values.schemas import AnySchema

_READ = 20_000  # characters of a message
_NEAR = 120  # characters before an example; their words tell whether it shows a shape or data

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_POLITE = (
    r"(?:(?:please|always|only|just|then|finally|and|now|also"
    r"|you (?:must|should|will|only|always)|(?:can|could|would|will) you)[,\s]+)*"
)
_REPLIES = re.compile(
    r"\b(?:answer|repl(?:y|ies)|respond|response|output|result)s?\b[^?]{0,80}?\bJSON\b"
    r"|\b(?:output|response|answer) format\b[^?]{0,20}\bJSON\b",
    re.IGNORECASE,
)
_GIVES = re.compile(
    rf"^[-*\d.)\s]*{_POLITE}(?:return|give|output|produce|generate|provide|format|write|send|emit|"
    r"print|use|create|make|list|extract|convert|summari[sz]e|classify|translate|name|describe|"
    r"rate|tell|show|fill|complete|find)\b[^?]{0,300}?\bJSON\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"\b(?:only|just|strictly|nothing but|other than)\b[^.?]{0,30}\bJSON\b|\bJSON only\b",
    re.IGNORECASE,
)
_AS = re.compile(
    r"\b(?:as|in|to|into|return|output|a|valid|raw|only|of|following)\s+"
    r"(?:a |an |the |valid |strict |raw ){0,4}JSON\b",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"(?:\b(?:no|not|without|never|avoid)|n't)\b(?:(?!other than|but|except)[^,;.]){0,25}\bJSON\b"
    r"|\b(?:was|were|came|got|received)\b[^.]{0,30}\bJSON\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^(?:how|what|why|when|where|who|which|is|are|does|do(?! not)|did|should|explain|"
    r"compare|define|teach|discuss|tell me (?:about|how|what|why)|show me how|"
    r"write an? (?:essay|article))\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\b(?:function|code(?! ?(?:block|fence))|script|endpoints?|handler|parser|class|method|"
    r"library|server|program|python|javascript|typescript|java|rust|flask|django|essay|article|"
    r"difference)\b",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"\b(?:conform|adhere|match|follow|accord|fit|satisf|valid)\w*\b[^?.]{0,60}\bschema\b",
    re.IGNORECASE,
)
_SHAPE = re.compile(
    r"\b(?:formats?|shapes?|structures?|like|example|schema|form|template|exactly|fields|keys)\b"
    r"|\bas follows\b|e\.g\.|JSON(?: object)?\s*[:.]?\s*(?:```(?:json)?)?\s*$",
    re.IGNORECASE,
)
_DATA = re.compile(r"\b(?:input|data|record|payload|given|here is)\b[^.]{0,40}$", re.IGNORECASE)
_KEYS = re.compile(
    r"\b(?:keys?|fields?|properties|attributes)\b\s*(?:are|named|called|of|:)?\s*([^.;\n]{1,200})",
    re.IGNORECASE,
)
_KEYS_BEFORE = re.compile(
    r"\bwith\s+(?:the\s+|only\s+)*([\"'`][^.;\n]{1,200}[\"'`])\s+(?:as\s+)?(?:keys?|fields?|properties)\b",
    re.IGNORECASE,
)
_KEY = re.compile(r"[\"'`]([\w -]{1,40})[\"'`]|\b([A-Za-z_]\w{0,40})\b")
_NO_WORDS = "and or the a an as with only named called of for in both following exactly"
_NO_KEYS = frozenset(_NO_WORDS.split(" "))
_FENCE = re.compile(
    r"\b(?:in|inside|within|wrap\w*|surround\w*|enclos\w*|as|including|using|return)\b[^.\n]{0,80}"
    r"(?:```|code ?(?:block|fence|snippet)|fenced)",
    re.IGNORECASE,
)
_NO_FENCE = re.compile(
    r"(?:\b(?:no|not|without|never|avoid)|n't)\b[^.\n]{0,60}"
    r"(?:```|code ?(?:block|fence)|fence|markdown|backtick)",
    re.IGNORECASE,
)


class RequestedJson(NamedTuple):
    """
    The JSON that a request asks for.

    ``schema`` is None if any object will do. ``about`` is the user's text without the sentences
    about JSON. ``fenced``: whether the JSON should be in a code fence.
    """

    schema: AnySchema | None = None
    about: str = ""
    fenced: bool = False


def in_words(body: Mapping[str, Any]) -> RequestedJson | None:
    """Return the JSON that the messages ask for; None if they ask for no JSON."""
    texts = _instructions(body)
    if not any(map(_may_ask, texts)):
        return None
    text = "\n".join(texts)
    asked = any(map(_asks, _SENTENCE.split(text)))
    schema = next(
        (one for one, _, _ in reversed(json_in_text.objects(text)) if json_in_text.is_schema(one)),
        None,
    )
    if schema is not None and (asked or _FOLLOWS.search(text)):
        return RequestedJson(schema, _about(texts[-1]), _is_fenced(text))
    return RequestedJson(_shape(text), _about(texts[-1]), _is_fenced(text)) if asked else None


@lru_cache(maxsize=256)
def _may_ask(text: str) -> bool:
    lower = text.lower()
    return "json" in lower or "schema" in lower


def _about(text: str) -> str:
    """Return a text without its JSON objects and without its sentences about JSON."""
    for value, begin, end in reversed(json_in_text.objects(text)):
        text = text[:begin] + text[end:] if value else text
    kept = [
        one for one in _SENTENCE.split(text) if not re.search("json|schema|```", one, re.IGNORECASE)
    ]
    return "\n".join(kept).strip()


def fenced(text: str) -> str:
    """Return a text in a code fence."""
    return f"```json\n{text}\n```"


def _instructions(body: Mapping[str, Any]) -> list[str]:
    """Return the system messages and the last user message."""
    if "messages" not in body:
        prompt = body.get("prompt")
        return [prompt[:_READ]] if isinstance(prompt, str) else []
    system = [one for one in body["messages"] if one["role"] in ("system", "developer")]
    last = next((one for one in reversed(body["messages"]) if one["role"] == "user"), None)
    return [text_of(one)[:_READ] for one in [*system[:4], *([last] if last else [])]]


def _asks(sentence: str) -> bool:
    """Return whether a sentence tells the model to answer with JSON."""
    sentence = sentence.strip()
    if "json" not in sentence.lower() or _QUESTION.search(sentence) or _REFUSED.search(sentence):
        return False
    if _REPLIES.search(sentence) and not re.match(
        r"(?:write|create|build|implement)\b", sentence, re.IGNORECASE
    ):
        polite = re.match(_POLITE + r"(?:answer|reply|respond)", sentence, re.IGNORECASE)
        return not sentence.endswith("?") or polite is not None
    given = _ONLY.search(sentence) or (_GIVES.search(sentence) and _AS.search(sentence))
    return bool(given) and not _CODE.search(sentence)


def _shape(text: str) -> AnySchema | None:
    """Return a schema made from the example that shows the shape, or from the listed keys."""
    for one, at, _ in json_in_text.objects(text):
        before = text[max(0, at - _NEAR) : at]
        if not json_in_text.is_schema(one) and _SHAPE.search(before) and not _DATA.search(before):
            return json_in_text.schema_of(one)
    keys = _keys(text)
    named: AnySchema = (
        json_in_text.schema_of(dict.fromkeys(keys, "")) if keys else {"type": "string"}
    )
    if re.search(r"\bJSON (?:array|list)\b", text, re.IGNORECASE):
        return {"type": "array", "items": named, "minItems": 1}
    return named if keys else None


def _keys(text: str) -> list[str]:
    """Return the keys that a sentence about JSON lists."""
    for sentence in _SENTENCE.split(text):
        if not re.search("json|object", sentence, re.IGNORECASE):
            continue
        found = _KEYS_BEFORE.search(sentence) or _KEYS.search(sentence)
        if found:
            names = [one[1] or one[2] for one in _KEY.finditer(found[1])]
            quoted = [one[1] for one in _KEY.finditer(found[1]) if one[1]]
            return quoted or [name for name in names if name.lower() not in _NO_KEYS][:12]
    return []


def _is_fenced(text: str) -> bool:
    return bool(_FENCE.search(text)) and not _NO_FENCE.search(text)

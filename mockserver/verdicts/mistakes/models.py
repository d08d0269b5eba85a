"""
Mistakes in the id of the model.

Dedicated endpoints and private previews have ids that are not public. So a name that the API has
not refused is a mistake only if it means a public model or belongs to another vendor.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import model_names
from .mistake import Mistake
from .setup import Setup

_MODELS = "https://inference-docs.cerebras.ai/models/overview"
_NOT_FOUND = frozenset({"model_not_found", "model_archived"})
_NO_MODEL = re.compile(r"^(?:body\.)?model: ", re.MULTILINE)
_KINDS = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}
_VENDORS = tuple(
    (re.compile(pattern, re.IGNORECASE), vendor)
    for pattern, vendor in (
        (r"gpt-?[0-9]|chatgpt|o[134](-|\Z)|text-embedding-|whisper-|tts-|dall-e", "OpenAI"),
        (r"claude", "Anthropic"),
        (r"gemini|palm-|text-bison", "Google"),
        (r"(open-)?(mistral|mixtral)|codestral|ministral|magistral|devstral|pixtral", "Mistral"),
        (r"deepseek", "DeepSeek"),
        (r"command(-|\Z)", "Cohere"),
        (r"grok-", "xAI"),
        (r"sonar", "Perplexity"),
        (r"kimi-|moonshot-", "Moonshot"),
        (r"llama.*-(versatile|instant|specdec|8192)\Z", "Groq"),
    )
)


def _judged(it: Setup) -> bool:
    """Return whether the API refused the model, or the set-up has a model meant for the API."""
    known = it.at_cerebras if it.error is None else it.code in _NOT_FOUND
    return known and bool(it.model) and not it.edition.serves(it.model)


def _meant(it: Setup) -> str:
    return model_names.meant(it.model, it.edition)


def _vendor(it: Setup) -> str:
    if _meant(it):
        return ""
    name = model_names.bare(it.model).rpartition("/")[2]
    return next((vendor for pattern, vendor in _VENDORS if pattern.match(name)), "")


def _is_retired(it: Setup) -> bool:
    return _meant(it) == it.model and model_names.retired(it.model, it.edition) is not None


def _is_quoted(it: Setup) -> bool:
    meant = _meant(it)
    return bool(meant) and it.model != model_names.bare(it.model) == meant


def _is_routed(it: Setup) -> bool:
    meant = _meant(it)
    return bool(meant) and model_names.unrouted(it.model).lower() == meant != it.model.lower()


def _is_in_capitals(it: Setup) -> bool:
    return bool(it.model) and it.model.lower() == _meant(it)


def _is_of_weights(it: Setup) -> bool:
    known = it.edition.models.get(_meant(it))
    return known is not None and it.model.lower() == known.hugging_face_id.lower()


def _has_none(it: Setup) -> bool:
    """Return whether the API read the body but found no model there."""
    if it.model or not it.body or it.error is None:
        return False
    told = str(it.error.get("message", ""))
    return it.code in _NOT_FOUND or _NO_MODEL.search(told) is not None


def _absence(it: Setup) -> str:
    if "model" not in it.body:
        return "the body has no model"
    found = it.body["model"]
    return "model is empty" if found == "" else f"model is {_KINDS[type(found)]}, not a text"


def _facts(it: Setup) -> dict[str, object]:
    return {
        "meant": _meant(it),
        "vendor": _vendor(it),
        "day": model_names.retired(_meant(it), it.edition),
        "absence": _absence(it),
        "advice": model_names.advice(it.model, it.edition),
        "served": ", ".join(model_names.current(it.edition)),
    }


def _row(name: str, when: Callable[[Setup], object], what: str, source: str = _MODELS) -> Mistake:
    return Mistake(
        name,
        lambda it: _judged(it) and bool(when(it)),
        what,
        "{advice}",
        source,
        facts=_facts,
    )


MODELS = (
    Mistake(
        "no-model",
        _has_none,
        "{absence}",
        "set model to one of {served}",
        "https://inference-docs.cerebras.ai/api-reference/chat-completions",
        facts=_facts,
    ),
    _row(
        "retired-model",
        _is_retired,
        "the model {it.model!r} was retired on {day}",
        "https://github.com/sepandhaghighi/mytext/issues/100",
    ),
    _row(
        "quoted-model",
        _is_quoted,
        "the model {it.model!r} has quotes or white space around its id",
    ),
    _row(
        "model-in-capitals",
        _is_in_capitals,
        "the model {it.model!r} has capital letters, but ids have none",
        "https://github.com/Aider-AI/aider/issues/2703",
    ),
    _row(
        "hugging-face-model",
        _is_of_weights,
        "{it.model!r} is the model's name on Hugging Face; its id in this API is {meant!r}",
    ),
    _row(
        "routed-model",
        _is_routed,
        "the model {it.model!r} is the id {meant!r} with a router's additions",
        "https://github.com/andrewyng/aisuite/pull/213",
    ),
    _row(
        "misspelt-model",
        lambda it: _meant(it) not in ("", it.model),
        "there is no model {it.model!r}; the right id in this API is {meant!r}",
        "https://github.com/vava-nessa/free-coding-models/issues/33",
    ),
    _row(
        "other-vendors-model",
        _vendor,
        "the model {it.model!r} is {vendor}'s, and this API does not serve it",
    ),
)

"""
Reasoning before an answer: whether there is any, how long it is, and where it is shown.

Efforts and formats follow the API's documentation on reasoning. The lengths are invented, because
the documentation only says that a higher effort makes the reasoning longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.contract.edition import Model, ShownReasoning
from mockserver.core.seeding import SeededText

from . import prose

TAG = "think"
_SENTENCES = {"low": (1, 2), "medium": (3, 6), "high": (8, 14)}
_SHOWN: Mapping[str, ShownReasoning] = {
    "parsed": "parsed",
    "text_parsed": "parsed",
    "raw": "raw",
    "hidden": "hidden",
}


def generate(body: Mapping[str, Any], model: Model, seeded: SeededText) -> str:
    """Return the model's reasoning; empty if the model cannot reason or the request forbids it."""
    if not model.reasoning or body.get("disable_reasoning"):
        return ""
    effort = body.get("reasoning_effort") or model.reasoning_effort
    if effort == "none":
        return ""
    return prose.sentences(seeded.random, seeded.random.randint(*_SENTENCES[effort]))


def shown(body: Mapping[str, Any], model: Model) -> ShownReasoning:
    """Return where reasoning is shown; the format ``none`` means the model's default."""
    return _SHOWN.get(body.get("reasoning_format") or "none", model.reasoning_format)


def tagged(text: str, tag: str = TAG) -> str:
    r"""
    Return reasoning between tags, as it stands in the content.

    >>> tagged("Hm.")
    '<think>\nHm.\n</think>\n\n'
    """
    return f"<{tag}>\n{text}\n</{tag}>\n\n" if text else ""

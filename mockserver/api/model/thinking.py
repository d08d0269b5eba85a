"""
Thoughts before an answer: whether, how many, and where they are shown.

Efforts and formats are those of the API's documentation on reasoning. How long thoughts are is
ours: the API only says that a higher effort thinks longer.
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


def thoughts(body: Mapping[str, Any], model: Model, seeded: SeededText) -> str:
    """Return what the model thinks; nothing when it can't, or when the request forbids it."""
    if not model.reasoning or body.get("disable_reasoning"):
        return ""
    effort = body.get("reasoning_effort") or model.reasoning_effort
    if effort == "none":
        return ""
    return prose.sentences(seeded.random, seeded.random.randint(*_SENTENCES[effort]))


def shown(body: Mapping[str, Any], model: Model) -> ShownReasoning:
    """Return where thoughts go: ``none``, the default, leaves it to the model."""
    return _SHOWN.get(body.get("reasoning_format") or "none", model.reasoning_format)


def tagged(thoughts: str, tag: str = TAG) -> str:
    r"""
    Return thoughts as they stand in the content when they are shown raw.

    >>> tagged("Hm.")
    '<think>\nHm.\n</think>\n\n'
    """
    return f"<{tag}>\n{thoughts}\n</{tag}>\n\n" if thoughts else ""

"""
Finds out how many completions a request asks for, and for which prompts.

The answer has ``n`` choices for each prompt; a chat is one prompt. A text completion generates
``best_of`` completions of each prompt, and all of them are charged. This is inferred: the server's
OpenAPI document says that all ``n`` choices are charged, and warns that ``best_of`` consumes tokens
quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Body: TypeAlias = Mapping[str, Any]
_SEVERAL = frozenset({"n", "best_of", "prompt"})
"""A request without these fields asks for one completion."""


def returned(body: Body) -> list[Body]:
    """Return a request for each choice of the answer, in the order of their indices."""
    if _SEVERAL.isdisjoint(body):
        return [body]
    return [one for one in _prompts(body) for _ in range(_returned_each(body))]


def discarded(body: Body) -> list[Body]:
    """Return a request for each completion that is generated but not returned."""
    if _SEVERAL.isdisjoint(body):
        return []
    spare = _generated_each(body) - _returned_each(body)
    return [one for one in _prompts(body) for _ in range(spare)]


def count(body: Body) -> int:
    """Return how many completions are generated, returned or not."""
    return 1 if _SEVERAL.isdisjoint(body) else len(_prompts(body)) * _generated_each(body)


def _prompts(body: Body) -> list[Body]:
    prompt = body.get("prompt")
    if not isinstance(prompt, list) or not prompt or isinstance(prompt[0], int):
        return [body]
    return [{**body, "prompt": one} for one in prompt]


def _returned_each(body: Body) -> int:
    return int(body.get("n") or 1)


def _generated_each(body: Body) -> int:
    return max(_returned_each(body), body.get("best_of") or 1)

"""
How many completions a request asks for, and of what.

``n`` choices are returned for each prompt; a chat is one prompt. Of ``best_of`` completions of a
text the others are made as well, and paid for: the server's OpenAPI document says of ``n`` that all
choices are charged, and warns that ``best_of`` consumes tokens quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Body: TypeAlias = Mapping[str, Any]
_SEVERAL = frozenset({"n", "best_of", "prompt"})
"""Without these there is one."""


def returned(body: Body) -> list[Body]:
    """Return a request for each choice of the answer, in the order of their indices."""
    if _SEVERAL.isdisjoint(body):
        return [body]
    return [one for one in _prompts(body) for _ in range(_returned_each(body))]


def discarded(body: Body) -> list[Body]:
    """Return a request for each completion that is made and not returned."""
    if _SEVERAL.isdisjoint(body):
        return []
    spare = _made_each(body) - _returned_each(body)
    return [one for one in _prompts(body) for _ in range(spare)]


def count(body: Body) -> int:
    """Return how many completions are made, returned or not."""
    return 1 if _SEVERAL.isdisjoint(body) else len(_prompts(body)) * _made_each(body)


def _prompts(body: Body) -> list[Body]:
    prompt = body.get("prompt")
    if not isinstance(prompt, list) or not prompt or isinstance(prompt[0], int):
        return [body]
    return [{**body, "prompt": one} for one in prompt]


def _returned_each(body: Body) -> int:
    return int(body.get("n") or 1)


def _made_each(body: Body) -> int:
    return max(_returned_each(body), body.get("best_of") or 1)

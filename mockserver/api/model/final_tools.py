"""Tools that end the loop of an agent, such as ``final_answer``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from .conversation import called

Function: TypeAlias = Mapping[str, Any]

_NAMES = re.compile(
    r"(?:.*_)?final_?(?:answer|result|output|response|report)?(?:_.*)?|finish(?:ed)?|done|terminate"
    r"|(?:submit|return|give|provide|report)_(?:final_)?(?:answer|result|response|output)s?"
    r"|(?:finish|complete|end|attempt)_(?:task|run|completion|session)|task_(?:complete|done|completed)"
)
_WORDS = re.compile(
    r"\bfinal (?:answer|response|result|output)\b"
    r"|\bends? (?:the|this) (?:run|conversation|task|loop|session)\b"
    r"|\b(?:finish|complete|conclude)(?:es|s)? (?:the|this) (?:task|run)\b",
    re.IGNORECASE,
)


def ends_run(function: Function) -> bool:
    """Return whether a tool ends an agent's loop, judging by the tool's name or description."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|-", "_", function["name"]).lower()
    return bool(_NAMES.fullmatch(name) or _WORDS.search(function.get("description") or ""))


def next_of(
    functions: Sequence[Function], fitting: Sequence[Function], body: Mapping[str, Any]
) -> Sequence[Function]:
    """
    Return the tools that a model calls if it has tool results and still must call a tool.

    The first choice is the tool that ends the loop. The second choice is the last tool that was not
    called yet, because frameworks list the tool for the answer last. The third choice is
    ``fitting``.
    """
    ending = [one for one in functions if ends_run(one)]
    known = called(body)
    fresh = [one for one in functions if one["name"] not in known] if known else []
    return ending[:1] or fresh[-1:] or fitting

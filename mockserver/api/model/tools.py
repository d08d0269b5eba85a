"""
Chooses the tools that an unscripted model calls.

A forced or required tool is called. Otherwise the model calls each tool whose name or description
shares a significant word with the last user message. After a tool result the model ends the loop of
the agent: it calls the tool that ends the loop, if there is one, and otherwise answers in prose. If
no tool ends the loop but the model must call one, it calls a tool that has not been called yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from .conversation import results, task
from .final_tools import Function, ends_run, next_of

_MOST_CALLS = 16  # calls in one answer; no model makes more
_ASKED = 100_000  # characters of the task, from its end
_READ = 2_000  # characters of a description
_WORD = re.compile(r"[^\W\d_]{3,}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_INSIGNIFICANT_WORDS = """
about all also and any are been but call calls can could did does each every for from function
    get gets give given has have her here him his how into its just let like may me more most must
    not now off one our out over please provide provided return returns say shall she should some
    something such tell than that the their them then there these they this those tool tools use
    used user uses using very want wants was were what when where which who whom whose why will
    with would you your
"""
_INSIGNIFICANT = frozenset(_INSIGNIFICANT_WORDS.split())


def wanted(body: Mapping[str, Any]) -> Sequence[Function]:
    """Return the functions that the model calls, in the order of the request."""
    functions: list[Function] = [tool["function"] for tool in body.get("tools") or ()]
    choice = body.get("tool_choice") or "auto"
    if not functions or choice == "none":
        return ()
    if isinstance(choice, dict):
        name = choice["function"]["name"]
        return [next((one for one in functions if one["name"] == name), {"name": name})]
    answered = bool(results(body))
    asked = words(task(body)[-_ASKED:])
    about = (one for one in functions if asked & _words_about(one))
    fitting: Sequence[Function] = list(islice(about, _MOST_CALLS))
    if choice == "required" and not fitting:
        fitting = functions[:1]
    if answered and choice == "required":
        fitting = next_of(functions, fitting, body)
    elif answered:
        return [one for one in functions if ends_run(one)][:1]
    elif len(fitting) > 1:
        fitting = [one for one in fitting if not ends_run(one)] or fitting[:1]
    return fitting[:1] if body.get("parallel_tool_calls") is False else fitting


def must_call(body: Mapping[str, Any]) -> bool:
    """Return whether the request allows only a tool call as an answer."""
    return bool(body.get("tools")) and body.get("tool_choice") not in (None, "auto", "none")


def automatic(body: Mapping[str, Any]) -> Function | None:
    """Return the function for a scripted call named ``auto``."""
    offered: list[Function] = [tool["function"] for tool in body.get("tools") or ()]
    return next(iter([*wanted(body), *offered]), None)


def words(text: str) -> frozenset[str]:
    """
    Return the significant words of a text, in the singular.

    >>> sorted(words("Use the getWeather tool for two cities, please"))
    ['citie', 'two', 'weather']
    """
    found = (word.lower() for word in _WORD.findall(_HUMP.sub(" ", text)))
    return frozenset(word.removesuffix("s") for word in found if word not in _INSIGNIFICANT)


_known_words = lru_cache(maxsize=512)(words)


def _words_about(function: Function) -> frozenset[str]:
    return _known_words(f"{function['name']} {(function.get('description') or '')[:_READ]}")

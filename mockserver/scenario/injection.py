"""Rules that a test or the admin API adds to a running scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from mockserver.core.adapters import adapter
from mockserver.core.documents import Document
from mockserver.core.errors import DocumentError, shown
from mockserver.core.scalars import dumped
from mockserver.faults import Error, Fault

from .aliases import alias_hint
from .matching import Match
from .model import Rule

_INJECTED = "injected"
PAST_BUDGET = Rule(
    "past the budget",
    faults=(
        Error(
            status=400,
            message="This test has sent more requests than --cerebras-max-requests allows.",
            type="invalid_request_error",
            code="request_budget_spent",
            should_retry=False,
        ),
    ),
)
"""Answers a runaway client with an error that no client retries."""


def rule_of(text: str, *, source: str) -> Rule:
    """
    Read a rule from YAML or JSON; a rule without a ``name`` is called ``injected``.

    Raises DocumentError with a text that begins with ``source``.
    """
    rule: Rule = Document(text, source=source).read_as(adapter(Rule), explain=alias_hint)
    if rule == Rule(rule.name):
        raise DocumentError(f"{source}: the rule changes nothing; give it faults or a reply")
    return rule if rule.name else replace(rule, name=_INJECTED)


def injected(
    fault: Fault | Mapping[str, Any],
    *,
    times: int | None = None,
    match: Match | Mapping[str, Any] | None = None,
) -> Rule:
    """
    Return a rule that applies a fault ``times`` times, or without limit if ``times`` is None.

    ``fault`` and ``match`` are objects, or mappings as in YAML. Raises DocumentError.
    """
    whole = isinstance(times, int) and not isinstance(times, bool)
    if times is not None and (not whole or times < 1):
        raise DocumentError(
            f"inject(): times should be a whole number above 0, found {shown(times)}"
        )
    keys: dict[str, Any] = {} if times is None else {"schedule": {"first": times}}
    values: dict[str, Any] = {}
    if isinstance(match, Mapping):
        keys["match"] = dict(match)
    elif match is not None:
        values["match"] = match
    if isinstance(fault, Mapping):
        keys["faults"] = [dict(fault)]
    elif hasattr(fault, "apply"):
        values["faults"] = (fault,)
    else:
        example = "{'error': {'status': 503}}"
        raise DocumentError(f"inject(): should be a fault, such as {example}, found {shown(fault)}")
    try:
        text = dumped(keys)
    except yaml.YAMLError as error:
        raise DocumentError(f"inject(): YAML has no form for {shown(keys)}") from error
    rule: Rule = Document(text, source="inject()").read_as(adapter(Rule), explain=alias_hint)
    return replace(rule, name=_INJECTED, **values)

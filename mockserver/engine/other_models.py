"""Finds another model that would have answered a refused request."""

from __future__ import annotations

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.routes import COMPLETING
from mockserver.core.sse import dumps
from mockserver.journal import Exchange
from mockserver.scenario import RequestView, Run, Scenario

from .parsing import read_line


def other_model(exchange: Exchange, scenario: Scenario, edition: Edition, run: Run) -> str | None:
    """
    Return a model that would certainly have answered a completion, or None.

    The model accepts the same request, and no rule breaks its answer. No model is certain to answer
    if limits are in effect, or if the request's own header demands the fault, which would then
    occur again.
    """
    endpoint, asked = exchange.endpoint, exchange.body
    limited = scenario.tier or scenario.limits or scenario.capacity is not None
    if endpoint not in COMPLETING or endpoint is None or not asked or limited:
        return None
    own = RequestView(endpoint, request=exchange.request)
    if exchange.faults and not run.may_break(own):
        return None
    # models that the live API still serves come first
    for name in sorted(edition.models, key=lambda one: edition.is_retired(edition.models[one])):
        if edition.serves(name):
            body = dumps({**asked, "model": name})
            parsed = read_line(endpoint, body, edition)
            if parsed.refusal is None and not run.may_break(parsed.view(exchange.request)):
                return name
    return None

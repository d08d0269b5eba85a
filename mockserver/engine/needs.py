"""What a request needs from the memory, and what the memory gives to the request."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from mockserver.api.contract.problem import RefusalError
from mockserver.api.contract.quota import Quota, Refusal
from mockserver.core.messages import Request
from mockserver.journal import Ongoing
from mockserver.scenario import Decision, RequestView, Rule

from .parsing import ParsedRequest
from .quotas import Account

Overload: TypeAlias = Literal["overload"]
OVERLOAD: Overload = "overload"
NotTaken: TypeAlias = Refusal | Overload | RefusalError
"""The reason why a request was not admitted: a limit, the capacity, or another refusal."""


class Needs(NamedTuple):
    """
    A parsed request that needs a number, trials of rules, and tokens of a quota.

    ``noted`` is the request in the form that the journal keeps. A ``rule`` overrides the scenario's
    rules. If ``counts`` is true, the request gets a number; a warm-up gets none. If ``costs`` is
    true, the limits of the ``account`` have to admit the request.
    """

    request: Request
    parsed: ParsedRequest
    view: RequestView
    noted: Request
    rule: Rule | None
    account: Account
    counts: bool
    costs: bool


class Taken(NamedTuple):
    """
    What one request has got from the memory.

    ``number`` is 0 for a request without a number. ``call`` is the logical call of the request.
    ``quota`` is None if the request costs nothing, or if the service is at its capacity.
    ``refused`` is the reason why the request was not admitted, None if it was admitted.
    """

    number: int
    call: Ongoing
    decision: Decision
    quota: Quota | None = None
    refused: NotTaken | None = None

"""What is needed from the memory to answer a request, and what the memory gives."""

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
"""A limit, the capacity, or another reason why a request gets nothing."""


class Needs(NamedTuple):
    """
    A request that has been read, and asks for its number, its trials and its tokens.

    ``noted`` is the request as the journal keeps it. A ``rule`` overrides the scenario's. A request
    that ``counts`` gets a number; a warm-up does not. One that ``costs`` has to be admitted by the
    limits of its ``account``.
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
    What one request has got.

    ``number`` is 0 if it gets none. ``call`` is the logical call that it belongs to. ``quota`` is
    None if the request costs nothing, or the service is at its capacity. ``refused`` says why it
    was not admitted.
    """

    number: int
    call: Ongoing
    decision: Decision
    quota: Quota | None = None
    refused: NotTaken | None = None

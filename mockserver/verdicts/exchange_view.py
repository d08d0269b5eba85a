"""The view of an exchange that the table of fault classes uses, and the type of its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, get_args

from mockserver.api.contract.edition import Edition
from mockserver.api.contract.edition_settings import LimitName
from mockserver.api.contract.routes import COMPLETING
from mockserver.core.messages import json_object
from mockserver.core.sse import read
from mockserver.core.units import duration
from mockserver.journal import Exchange, Served
from mockserver.plan import Close, head_of, inspection

from .mistakes import model_names
from .retries.errors import passing
from .retries.rate_limits import field, takes_all, too_large

_HOUR = 3600.0  # seconds
_PERIOD = re.compile(r"per (second|minute|hour|day) limit")
_WINDOW = re.compile(r"length is (\d+) while limit is (\d+)")
_THOUGHTS = re.compile(r"\s*<((?:think|thought|reason)\w*)>", re.IGNORECASE)
_SHORT = 120  # characters of a message


class ExchangeView:
    """
    The properties of an exchange that conditions and sentences of the rows use.

    ``edition`` is the edition that answered.
    """

    def __init__(self, exchange: Exchange, edition: Edition) -> None:
        self.exchange = exchange
        self.edition = edition
        self.status = exchange.status
        self.tokens = exchange.completion_tokens

    @cached_property
    def error(self) -> Mapping[str, object]:
        """The error that the exchange ended with; empty if there is none."""
        return self.exchange.error

    @cached_property
    def code(self) -> str:
        """The code of a refusal; empty for any other answer."""
        return str(self.error.get("code", "")) if self.exchange.refused else ""

    @property
    def said(self) -> str:
        """The message of the error, on one line."""
        said = self.error.get("message") or self.error.get("detail") or "no explanation"
        return str(said).replace("\n", "; ")

    @property
    def lost(self) -> bool:
        """
        Whether the client sees that the connection was lost during the answer.

        A stream with neither a length nor chunks ends with its connection, so clients see no loss.
        """
        head = head_of(self.exchange.plan)
        if head is None or not self.exchange.interrupted:
            return False
        by_fin = self.exchange.plan[-1] == Close(reset=False)
        return not (by_fin and head.streams and not head.framed)

    @property
    def again(self) -> str:
        """Advice on whether to try again."""
        if passing(self.exchange):
            return "try again with exponential back-off"
        return "fix the request; trying again can't succeed"

    @cached_property
    def may_be_malformed(self) -> bool:
        """
        Whether a completion has status 200 and must be parsed before it can be classified.

        Most completions need no parsing: the mock's unchanged answers are well-formed, unless they
        end with ``length``. Answers that the journal has shortened can't be parsed.
        """
        exchange = self.exchange
        if exchange.endpoint not in COMPLETING or exchange.refused or exchange.gist:
            return False
        scripted = exchange.taken_by is not None and exchange.taken_by.speaks
        changed = exchange.changed_after is not None
        return scripted or changed or exchange.finish_reason == "length"

    # keys and models

    @property
    def key(self) -> str:
        """The Authorization header, as it is in the journal."""
        return self.exchange.request.headers.get("authorization", "")

    @property
    def model_gone(self) -> str:
        """Why the model does not answer."""
        withdrawn = self.edition.serves(self.exchange.model)
        return "was withdrawn by the scenario" if withdrawn else "is not served"

    @property
    def model_fix(self) -> str:
        """Which model to ask instead."""
        return model_names.advice(self.exchange.model, self.edition)

    # tokens and limits

    @property
    def window(self) -> tuple[int, int, int]:
        """The needed tokens, the window, and the excess; all are 0 if the error states none."""
        found = _WINDOW.search(self.said)
        needed, room = map(int, found.groups()) if found else (0, 0)
        return needed, room, needed - room

    @property
    def wider(self) -> str:
        """The models into which the prompt fits, as the end of a sentence."""
        needed = self.window[0]
        models = self.edition.models
        wider = [
            name for name in model_names.current(self.edition) if models[name].context >= needed
        ]
        return f", or use a model with a wider window: {', '.join(wider)}" * bool(wider and needed)

    @property
    def too_large(self) -> tuple[int, int] | None:
        """The requested tokens and the limit, if the request can never fit."""
        return too_large(self.exchange)

    @property
    def takes_all(self) -> tuple[int, int] | None:
        """The requested tokens and the limit, if the request exceeds the whole limit."""
        return takes_all(self.exchange)

    @property
    def quota(self) -> str:
        """Which quota is used up, and until when."""
        wait = self.exchange.retry_after
        until = "there is no Retry-After"
        if wait is not None:
            until = f"the next request is admitted in {duration(wait)}"
        return f"{self.said.partition(' - ')[0]}; {until}"

    @property
    def quota_fix(self) -> str:
        """What to do, judged by ``Retry-After``, a ``reset`` field, or else the quota's period."""
        wait = self.exchange.retry_after
        if wait is not None and wait >= _HOUR:
            return "Retry-After is longer than any user waits, so give up or ask another model"
        if wait is not None:
            return "wait as long as Retry-After says, add jitter, and send fewer requests at once"
        for limit in get_args(LimitName):
            reset = field(self.exchange, f"reset-{limit}")
            if reset is not None and field(self.exchange, f"remaining-{limit}") == 0:
                until = f"x-ratelimit-reset-{limit} says {duration(reset)}"
                return f"wait until the limit resets ({until}), and add jitter"
        period = _PERIOD.search(self.said.partition(" - ")[0])
        if period and period[1] in ("hour", "day"):
            return f"a quota per {period[1]} refills too slowly, so give up or ask another model"
        lasting = f" until the {period[1]} is over" if period else ""
        return f"back off exponentially with jitter{lasting}, and send fewer requests at once"

    @property
    def limit_of_answer(self) -> str:
        """Why an answer stopped where it did, as the end of a sentence."""
        model = self.edition.models.get(self.exchange.model)
        if asked := self.exchange.requested_tokens:
            return f", the {asked} that the request asked for"
        default = model.default_output if model else None
        return f", the default of {default}" if default else ""

    # the answer, as an app sees it

    @cached_property
    def media_type(self) -> str:
        """The ``Content-Type`` of the answer; empty when it has none."""
        head = head_of(self.exchange.plan)
        return (head.header("content-type") or "") if head else ""

    @cached_property
    def text(self) -> str:
        """The body, unpacked."""
        return inspection.body_of(self.exchange.plan).decode(errors="replace")

    @cached_property
    def streams(self) -> bool:
        """Whether the answer is a stream, even if the client did not ask for one."""
        return inspection.streams(self.exchange.plan)

    @cached_property
    def events(self) -> list[tuple[str, str]]:
        """The name and the data of each event."""
        return [read(one) for one in inspection.events(self.exchange.plan)] if self.streams else []

    @cached_property
    def document(self) -> Mapping[str, object]:
        """The JSON object of an answer that is not a stream; empty if there is none."""
        return {} if self.streams else json_object(self.text)

    @cached_property
    def choices(self) -> list[Served]:
        """The part of each choice that can be read."""
        return self.exchange.choices

    @property
    def message(self) -> str:
        """The error that came instead of a completion, shortened."""
        error = self.document.get("error", self.document)
        said = error.get("message") if isinstance(error, dict) else error
        return " ".join(str(said).split())[:_SHORT]

    @property
    def event(self) -> str:
        """The name of the first named event; empty if there is none."""
        return next((name for name, _ in self.events if name), "")

    @cached_property
    def tag(self) -> str:
        """The tag around thoughts at the beginning of a text; empty if there is none."""
        found = (_THOUGHTS.match(one.text) for one in self.choices)
        return next((match[1] for match in found if match), "")

    @property
    def faults(self) -> str:
        """The names of the exchange's faults."""
        return ", ".join(self.exchange.faults) or "none of the mock's"


Condition: TypeAlias = Callable[[ExchangeView], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """
    A way to go wrong: its class, its condition, what happened and what to do.

    ``fault_class`` is one of ``FAULT_CLASSES``, or empty if the row adds nothing to coverage. In
    ``what`` and ``fix``, ``it`` is the view. Several rows may apply to an exchange. The first of
    them that has a ``what`` explains the exchange. Coverage counts the class of this row, and the
    classes of the rows that have no ``what`` or that have ``besides``.
    """

    fault_class: str
    when: Condition
    what: str = ""
    fix: str = ""
    besides: bool = False

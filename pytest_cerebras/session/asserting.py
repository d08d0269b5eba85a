"""
The base class of the mocks: their URLs, the requests received, and the assertions.

An assertion that fails shows a time line of the test.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence

from mockserver.api.contract.routes import COMPLETING
from mockserver.core.units import counted, rough
from mockserver.engine import Engine
from mockserver.journal import Call, Exchange, Journal
from mockserver.journal.chronology import lines
from mockserver.journal.costs import billed
from mockserver.journal.grouping import grouped, retries, tolerance, waited
from mockserver.scenario import Scenario
from mockserver.verdicts import Case
from mockserver.verdicts.money.spending import Spending
from mockserver.verdicts.received import parts, question
from mockserver.verdicts.retries.pauses import told, too_early

from .handed_out.delivered import answers, lost
from .handed_out.results import passed_off
from .side_effects import SideEffects

_KEY_NAME = "mock-0000000000000000"
_MINUTE = 60.0


class Asserting(ABC):
    """The common part of all mocks."""

    side_effects: SideEffects
    url: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url} playing {self.scenario.name!r}>"

    @property
    @abstractmethod
    def engine(self) -> Engine:
        """The engine that plays the scenario and keeps its journal."""

    @property
    def api_key(self) -> str:
        """A key that the current edition accepts."""
        return self.engine.edition.keys.sample(_KEY_NAME)

    @property
    def openai_url(self) -> str:
        """The base URL for OpenAI's SDK and libraries built on it (with ``/v1``)."""
        return f"{self.url}/v1"

    @property
    def scenario(self) -> Scenario:
        """The current scenario; after the test, the last one."""
        return self.engine.scenario

    @property
    def requests(self) -> Sequence[Exchange]:
        """
        Every request so far, with its answer. The warm-up requests of the SDK are left out.

        Like ``calls``, this raises DroppedError if there were more requests than the journal keeps.
        """
        return list(self._looked_at())

    @property
    def calls(self) -> Sequence[Call]:
        """The logical calls of the app, each with all its attempts."""
        return grouped(self._looked_at())

    @property
    def cost(self) -> float:
        """
        The cost of the requests so far, in dollars, at the prices of the edition.

        Raises UnknownPriceError if the edition has no price for a model, and DroppedError as
        ``calls`` does.
        """
        return self._spending().cost

    @property
    def wasted(self) -> float:
        """The part of ``cost`` that was wasted, in dollars. Raises the same errors as ``cost``."""
        return self._spending().wasted

    def _spending(self) -> Spending:
        return Spending.of([Case(self._looked_at(), self.engine.edition)])

    @abstractmethod
    def _looked_at(self) -> Journal:
        """Return the journal that the test is about to read, and note whether it is empty."""

    def assert_requests(self, count: int) -> None:
        """Assert that the app sent this number of requests, retries included."""
        __tracebackhide__ = True
        journal = self._looked_at()
        if journal.count != count:
            _fail(journal, f"expected {counted(count, 'request')}, got {journal.count}")

    def assert_waited(self, at_least: float | None = None) -> None:
        """
        Assert that there was a retry, and that no retry came earlier than ``Retry-After`` said.

        With ``at_least``, assert instead that some retry waited at least this number of seconds.
        """
        __tracebackhide__ = True
        journal = self._looked_at()
        waits = [waited(early, late) for early, late in _retries(journal)]
        if not waits:
            _fail(journal, "expected a retry that waited, but there was no retry")
        if at_least is None:
            _not_too_early(journal)
        elif max(waits) < at_least - tolerance(at_least):
            wrong = f"expected a wait of at least {at_least:g} s, longest was {max(waits):.2f} s"
            _fail(journal, wrong)

    def assert_retry_after_respected(self) -> None:
        """Assert that an answer had a ``Retry-After``, and that no retry came before that time."""
        __tracebackhide__ = True
        journal = self._looked_at()
        if all(exchange.retry_after is None for exchange in journal):
            _fail(journal, "expected a Retry-After to be respected, but no answer had this field")
        _not_too_early(journal)

    def assert_backed_off(
        self, factor: float = 2, start: float = 1, cap: float = 30, *, jitter: float = 0.25
    ) -> None:
        """
        Assert that the waits before the retries of each call grow from ``start`` by ``factor``.

        A wait may be longer than this, up to ``cap``. Jitter may make a wait shorter by the
        fraction ``jitter``, or longer than ``cap`` by this fraction. After an answer with
        ``Retry-After``, the wait is compared with that time instead. ``start`` and ``cap`` are in
        seconds.
        """
        __tracebackhide__ = True
        journal = self._looked_at()
        if not _retries(journal):
            _fail(journal, "expected retries that back off, but there was no retry")
        for call in grouped(journal):
            for count, (early, late) in enumerate(retries(call)):
                wanted, wait = told(early, late), waited(early, late)
                if wanted is None:
                    wait *= journal.scale  # on the client's clock
                least = min(start * factor**count, cap) * (1 - jitter) if wanted is None else wanted
                most = max(cap * (1 + jitter), wanted or 0.0)
                came = f"but #{late.number} came {wait:.2f} s after #{early.number}"
                if wait < least - tolerance(least):
                    _fail(journal, f"expected a wait of at least {least:g} s, {came}")
                if wait > most + tolerance(most):
                    _fail(journal, f"expected a wait of at most {most:g} s, {came}")

    def assert_fell_back(self, to: str) -> None:
        """Assert that the model ``to`` answered a question on which another model had failed."""
        __tracebackhide__ = True
        journal = self._looked_at()
        completions = [one for one in journal if one.endpoint in COMPLETING]
        failed = [one for one in completions if one.failed and one.model != to]
        if not failed:
            _fail(
                journal, f"expected a fall-back to {to!r}, but no request to another model failed"
            )
        asked = [
            one
            for one in completions
            if one.model == to
            and any(
                early.number < one.number and question(early) == question(one) for early in failed
            )
        ]
        wrong = f"expected a fall-back to {to!r}, but"
        if not asked:
            _fail(journal, f"{wrong} after #{failed[0].number} no request to it was sent")
        if all(one.failed for one in asked):
            _fail(journal, f"{wrong} #{asked[0].number} to it failed as well")

    def assert_truncation_noticed(self, result: object) -> None:
        """
        Assert that an answer was cut off, and that the app's ``result`` does not hide that.

        A result hides the cut if it has the unchanged text that arrived, and no field that marks
        the cut, such as ``complete=False``, ``truncated=True`` or a ``finish_reason`` of
        ``length``. None and an exception hide nothing.
        """
        __tracebackhide__ = True
        journal = self._looked_at()
        cut = [(exchange, choice.text) for exchange in journal for choice in parts(exchange)]
        if not cut:
            _fail(journal, "expected a truncated answer to be noticed, but no answer was truncated")
        for exchange, text in cut:
            if passed_off(result, text):
                tokens = f"its {exchange.completion_tokens} tokens are presented as a whole answer"
                _fail(journal, f"#{exchange.number} was cut off, but {tokens}")

    def assert_delivered(self, result: object) -> None:
        """
        Assert that ``result``, the value that the app returns, contains the text of the answers.

        The result may be a text, a list of pieces of text, or any object with fields. White space
        and other text around an answer are ignored. For an answer in JSON, the result may contain
        the parsed values instead of the text.
        """
        __tracebackhide__ = True
        journal = self._looked_at()
        if isinstance(result, (AsyncIterator, Awaitable, Iterator)):
            kind = type(result).__name__
            wrong = f"the result is an unread {kind}: read it, and pass the values that it yields"
            raise AssertionError(wrong)  # noqa: TRY004 (a test fails by an assertion)
        served = answers(journal)
        if not served:
            _fail(journal, "expected an answer to be delivered, but no text was sent completely")
        if found := lost(result, served):
            exchange, difference = found
            left = ", and the client left early" if exchange.client_left else ""
            wrong = f"the answer of #{exchange.number} is missing from the result{left}"
            _fail(journal, f"{wrong}: {difference}")

    def assert_peak_rpm(self, at_most: int) -> None:
        """Assert that no minute had more than ``at_most`` requests, including retries."""
        __tracebackhide__ = True
        journal = self._looked_at()
        times = sorted(exchange.at for exchange in journal)
        length = _MINUTE - tolerance(1.0)
        counts = [bisect_left(times, begun + length) - at for at, begun in enumerate(times)]
        peak = max(counts, default=0)
        if peak > at_most:
            since = times[counts.index(peak)] - times[0]
            wrong = f"expected at most {counted(at_most, 'request')} in any minute, got {peak}"
            _fail(journal, f"{wrong} in the minute that began at {since:.2f} s")

    def assert_tokens_spent(self, at_most: int) -> None:
        """Assert that at most this many tokens were billed, prompts and completions together."""
        __tracebackhide__ = True
        journal = self._looked_at()
        paid = [usage for exchange in journal if (usage := billed(exchange)) is not None]
        prompt = sum(usage.prompt for usage in paid)
        completion = sum(usage.completion for usage in paid)
        if prompt + completion > at_most:
            found = f"{prompt + completion} (prompts {prompt}, completions {completion})"
            _fail(journal, f"expected at most {at_most} tokens to be spent, got {found}")

    def assert_side_effects(self, *names: str) -> None:
        """Assert that these side effects were recorded, in this order, and no others."""
        __tracebackhide__ = True
        journal = self._looked_at()
        found = list(self.side_effects)
        ran = [one.name for one in found]
        if ran != list(names):
            wrong = f"expected {_named(names)}, got {_named(ran)}; what happened:"
            raise AssertionError("\n".join([wrong, *lines(journal, found)]))

    def assert_not_retried(self) -> None:
        """Assert that no call took more than one attempt."""
        __tracebackhide__ = True
        journal = self._looked_at()
        for call in grouped(journal):
            if call.attempts > 1:
                first = call.exchanges[0].number
                _fail(journal, f"expected no retry, but #{first} took {call.attempts} attempts")

    def assert_no_errors(self) -> None:
        """Assert that every request was answered in full, without an error."""
        __tracebackhide__ = True
        journal = self._looked_at()
        failed = [exchange for exchange in journal if exchange.failed]
        if failed:
            _fail(journal, f"expected no errors, but {counted(len(failed), 'request')} failed")


def _retries(journal: Journal) -> list[tuple[Exchange, Exchange]]:
    return [pair for call in grouped(journal) for pair in retries(call)]


def _not_too_early(journal: Journal) -> None:
    __tracebackhide__ = True
    for early, late in _retries(journal):
        if too_early(early, late):
            said = f"#{early.number} said Retry-After {rough(told(early, late) or 0)}"
            _fail(journal, f"{said}, but the retry waited {waited(early, late):.2f} s")


def _named(names: Sequence[str]) -> str:
    return f"the side effects {', '.join(names)}" if names else "no side effects"


def _fail(journal: Journal, wrong: str) -> None:
    __tracebackhide__ = True
    raise AssertionError("\n".join([f"{wrong}; what happened:", *lines(journal)]))

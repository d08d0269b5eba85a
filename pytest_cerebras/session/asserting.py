"""The base class of the mocks: their URLs, the requests received, and the assertions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from mockserver.engine import Engine
from mockserver.journal import Call, Exchange, Journal
from mockserver.journal.grouping import grouped
from mockserver.scenario import Scenario

from . import assertions
from .side_effects import SideEffects

_KEY_NAME = "mock-0000000000000000"


class Asserting(ABC):
    """The common part of all mocks; an assertion that fails shows what happened."""

    side_effects: SideEffects
    url: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url} playing {self.scenario.name!r}>"

    @property
    @abstractmethod
    def engine(self) -> Engine:
        """The engine that plays the scenario and has its journal."""

    @property
    def api_key(self) -> str:
        """A key that the edition being played accepts."""
        return self.engine.edition.keys.sample(_KEY_NAME)

    @property
    def openai_url(self) -> str:
        """The base URL as OpenAI's SDK and everything built on it expect it (with ``/v1``)."""
        return f"{self.url}/v1"

    @property
    def scenario(self) -> Scenario:
        """The scenario being played; after the test, the last one."""
        return self.engine.scenario

    @property
    def requests(self) -> Sequence[Exchange]:
        """
        Every request so far with its answer, without the SDK's warm-ups.

        Raises DroppedError if there were more than the journal keeps, as ``calls`` does.
        """
        return list(self._looked_at())

    @property
    def calls(self) -> Sequence[Call]:
        """The logical calls: what the app asked for, each with all its attempts."""
        return grouped(self._looked_at())

    @abstractmethod
    def _looked_at(self) -> Journal:
        """Return the journal to the test, and note whether it is empty."""

    def assert_requests(self, count: int) -> None:
        """Assert that the app sent this number of requests, retries included."""
        __tracebackhide__ = True
        assertions.requests(self._looked_at(), count)

    def assert_waited(self, at_least: float | None = None) -> None:
        """
        Assert that there was a retry, and that no retry came before its ``Retry-After`` had passed.

        With ``at_least``: that some retry waited at least this long, in seconds.
        """
        __tracebackhide__ = True
        assertions.waited_for(self._looked_at(), at_least)

    def assert_retry_after_respected(self) -> None:
        """Assert that there was a ``Retry-After``, and that no retry came before it had passed."""
        __tracebackhide__ = True
        assertions.retry_after_respected(self._looked_at())

    def assert_backed_off(
        self, factor: float = 2, start: float = 1, cap: float = 30, *, jitter: float = 0.25
    ) -> None:
        """
        Assert that the waits before the retries of each call grow from ``start`` by ``factor``.

        A wait may be longer, up to ``cap``. Jitter may shorten a wait, or exceed the cap, by the
        share ``jitter``. After an answer with ``Retry-After``, that time counts instead. ``start``
        and ``cap`` are in seconds.
        """
        __tracebackhide__ = True
        pace = {"factor": factor, "start": start, "cap": cap, "jitter": jitter}
        assertions.backed_off(self._looked_at(), **pace)

    def assert_fell_back(self, to: str) -> None:
        """Assert that this model answered a question after another model had failed on it."""
        __tracebackhide__ = True
        assertions.fell_back(self._looked_at(), to)

    def assert_truncation_noticed(self, result: object) -> None:
        """
        Assert that an answer was cut off, and that the app's ``result`` does not hide that.

        A result hides the cut if it has the text that arrived, unchanged, and no field that marks
        it, such as ``complete=False``, ``truncated=True`` or a ``finish_reason`` of ``length``.
        None and an exception hide nothing.
        """
        __tracebackhide__ = True
        assertions.truncation_noticed(self._looked_at(), result)

    def assert_delivered(self, result: object) -> None:
        """
        Assert that ``result``, the value that the app hands out, has the text that was served.

        It may be a text, a list of its pieces, or any object with fields. White space at the ends
        and other text around it do not matter; an answer in JSON may have been parsed.
        """
        __tracebackhide__ = True
        assertions.delivered(self._looked_at(), result)

    def assert_peak_rpm(self, at_most: int) -> None:
        """Assert that no period of a minute had more requests than this, retries included."""
        __tracebackhide__ = True
        assertions.peak_rpm(self._looked_at(), at_most)

    def assert_tokens_spent(self, at_most: int) -> None:
        """Assert the most tokens of prompts and completions; refused requests cost none."""
        __tracebackhide__ = True
        assertions.tokens_spent(self._looked_at(), at_most)

    def assert_side_effects(self, *names: str) -> None:
        """Assert that these side effects were recorded, in this order, and no others."""
        __tracebackhide__ = True
        assertions.side_effects(self._looked_at(), list(self.side_effects), names)

    def assert_not_retried(self) -> None:
        """Assert that no call took more than one attempt."""
        __tracebackhide__ = True
        assertions.not_retried(self._looked_at())

    def assert_no_errors(self) -> None:
        """Assert that every request was answered in full, without an error."""
        __tracebackhide__ = True
        assertions.no_errors(self._looked_at())

"""What every mock that is handed out has: where it is, what came in, and its assertions."""

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
    """Asserts; each assertion that fails shows what happened."""

    side_effects: SideEffects
    url: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url} playing {self.scenario.name!r}>"

    @property
    @abstractmethod
    def engine(self) -> Engine:
        """What plays the scenario, and has its journal."""

    @property
    def api_key(self) -> str:
        """A key that the edition being played accepts."""
        return self.engine.edition.keys.sample(_KEY_NAME)

    @property
    def openai_url(self) -> str:
        """The base URL as OpenAI's SDK and everything built on it want it (with ``/v1``)."""
        return f"{self.url}/v1"

    @property
    def scenario(self) -> Scenario:
        """The scenario being played; after the test, the last one."""
        return self.engine.scenario

    @property
    def requests(self) -> Sequence[Exchange]:
        """
        Every request so far and what it was answered; warm-ups are not counted.

        Raises DroppedError when there were more than the journal keeps, as ``calls`` does.
        """
        return list(self._looked_at())

    @property
    def calls(self) -> Sequence[Call]:
        """The logical calls: what the app asked for, each with all its attempts."""
        return grouped(self._looked_at())

    @abstractmethod
    def _looked_at(self) -> Journal:
        """Return the journal to the test, and note whether there is nothing in it."""

    def assert_requests(self, count: int) -> None:
        """Assert that the app sent so many requests, retries included."""
        __tracebackhide__ = True
        assertions.requests(self._looked_at(), count)

    def assert_waited(self, at_least: float | None = None) -> None:
        """
        Assert that something was retried, and no retry came earlier than its ``Retry-After`` said.

        With ``at_least``, in seconds: that some retry waited at least so long.
        """
        __tracebackhide__ = True
        assertions.waited_for(self._looked_at(), at_least)

    def assert_retry_after_respected(self) -> None:
        """Assert that there was a ``Retry-After``, and that no retry came earlier than it said."""
        __tracebackhide__ = True
        assertions.retry_after_respected(self._looked_at())

    def assert_backed_off(
        self, factor: float = 2, start: float = 1, cap: float = 30, *, jitter: float = 0.25
    ) -> None:
        """
        Assert that the waits before the retries of each call grow from ``start`` by ``factor``.

        They may be longer, but never longer than ``cap``, and shorter or over the cap by the share
        ``jitter``, as chance has it. After an answer with ``Retry-After`` that time counts instead.
        All but the factor and the share are in seconds.
        """
        __tracebackhide__ = True
        pace = {"factor": factor, "start": start, "cap": cap, "jitter": jitter}
        assertions.backed_off(self._looked_at(), **pace)

    def assert_fell_back(self, to: str) -> None:
        """Assert that this model answered what another had been asked before, in vain."""
        __tracebackhide__ = True
        assertions.fell_back(self._looked_at(), to)

    def assert_truncation_noticed(self, result: object) -> None:
        """
        Assert that an answer was cut, and that what the app made of it does not hide that.

        ``result`` is what the app hands out. It hides the cut when it holds the text that arrived,
        unchanged, and no field that says so, such as ``complete=False``, ``truncated=True`` or a
        ``finish_reason`` of ``length``. None and an exception hide nothing.
        """
        __tracebackhide__ = True
        assertions.truncation_noticed(self._looked_at(), result)

    def assert_delivered(self, result: object) -> None:
        """
        Assert that ``result``, what the app hands out, has the text that was served.

        It is a text, a list of its pieces, or anything with fields. White space at the ends and
        what stands around the text are spared; an answer in JSON may have been parsed.
        """
        __tracebackhide__ = True
        assertions.delivered(self._looked_at(), result)

    def assert_peak_rpm(self, at_most: int) -> None:
        """Assert that no minute, wherever it begins, saw more requests, retries included."""
        __tracebackhide__ = True
        assertions.peak_rpm(self._looked_at(), at_most)

    def assert_tokens_spent(self, at_most: int) -> None:
        """Assert that prompts and completions cost no more tokens; refused requests cost none."""
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

"""Limits the number of an app's requests, to stop apps that send requests endlessly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.core.messages import Request
from mockserver.core.units import counted
from mockserver.journal import Exchange
from mockserver.scenario import Rule
from mockserver.scenario.injection import PAST_BUDGET

_WARMING = ENDPOINTS["warming"].path  # requested by the SDK's constructor, so never counted


class EndlessRequestsError(BaseException):
    """
    An app was refused ``from_one_place`` times (see ``Budget``) and still sends requests.

    This is not an ``Exception``, because such apps often catch every ``Exception``.
    """


class Budget:
    """
    Limits an app to ``from_one_place`` requests per place in its code, and to ``in_all`` in total.

    Further requests get an error that no client retries. After more than ``from_one_place`` of
    these errors, ``ran_away`` is called and ``error`` is set.
    """

    def __init__(self, from_one_place: int, in_all: int) -> None:
        self._from_one_place = from_one_place
        self._in_all = in_all
        self._sent: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._last: dict[str, Exchange] = {}
        self.ran_away: Callable[[], object] = lambda: None
        self.error: EndlessRequestsError | None = None

    def refusal(self, request: Request) -> Rule | None:
        """Count a request; return the rule that refuses it, or None if it is within the budget."""
        if request.path == _WARMING:
            return None
        place = request.place
        if self._sent[place] < self._from_one_place and self._sent.total() < self._in_all:
            self._sent[place] += 1
            return None
        self._refused[place] += 1
        if self.error is None and self._refused.total() > self._from_one_place:
            self.error = EndlessRequestsError(self.sentence())
            self.ran_away()
        return PAST_BUDGET

    def note(self, exchange: Exchange) -> None:
        """Remember an exchange that was not refused; only the last from each place is kept."""
        if not exchange.intervened:
            self._last[exchange.request.place] = exchange

    def check(self) -> None:
        """Raise EndlessRequestsError if ``error`` is set."""
        if self.error is not None:
            raise EndlessRequestsError(*self.error.args)

    def sentence(self) -> str | None:
        """Return a sentence on the place that sends too many requests; None if none is refused."""
        if not self._refused:
            return None
        sent = self._sent + self._refused
        place, _ = self._refused.most_common(1)[0]
        if self._sent[place] >= self._from_one_place:
            came = f"{counted(sent[place], 'request')} came from {place}"
            may = f"{self._from_one_place} from one line"
        else:
            place, most = sent.most_common(1)[0]
            came = f"{counted(sent.total(), 'request')} came, {most} of them from {place}"
            may = f"{self._in_all} in all"
        last = self._last.get(place)
        got = f"; the last one that was not refused got {last.outcome}" if last else ""
        return (
            f"the app sends requests endlessly; {came}, but a test may send only {may}{got}. "
            "End the loop, or allow more with --cerebras-max-requests"
        )

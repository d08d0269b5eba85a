"""Finds out what a trouble does to a request, by playing it in the engine without a client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mockserver.engine.rehearsal import Sent, answered
from mockserver.journal.met import felt
from mockserver.scenario import Rule, Scenario
from mockserver.verdicts.classify import classify

from .outcome import Seen
from .story import Trouble

_WARM_UP = "/tcp_warming"


@dataclass(slots=True)
class Effects:
    """
    Finds out which troubles can act on a request, and which fault classes they produce.

    ``samples`` has a request of each shape.
    """

    samples: dict[object, Sent] = field(default_factory=dict[object, Sent])
    known: dict[tuple[object, Trouble], frozenset[str] | None] = field(
        default_factory=dict[tuple[object, Trouble], frozenset[str] | None]
    )

    def learn(self, seen: Iterable[Seen], sent: Iterable[Sent]) -> None:
        """Keep one sample of each shape. ``sent`` has all requests of a run, including warm-ups."""
        warmed = (one for one in sent if not one.request.path.endswith(_WARM_UP))
        for request, sample in zip(seen, warmed, strict=False):
            self.samples.setdefault(request.shape, sample)

    def can_act(self, seen: Seen, trouble: Trouble) -> bool:
        """Return whether a trouble can act on a request of this shape."""
        return self._effect(seen, trouble) is not None

    def fault_classes(self, seen: Seen, trouble: Trouble) -> frozenset[str]:
        """Return the fault classes that a trouble produces for a request of this shape."""
        return self._effect(seen, trouble) or frozenset()

    def _effect(self, seen: Seen, trouble: Trouble) -> frozenset[str] | None:
        key = seen.shape, trouble
        if key not in self.known:
            self.known[key] = self._tried(seen, trouble)
        return self.known[key]

    def _tried(self, seen: Seen, trouble: Trouble) -> frozenset[str] | None:
        sample = self.samples.get(seen.shape)
        if trouble.only and (trouble.only == "streams") is not seen.stream:
            return None
        if sample is None:
            return frozenset()  # without a sample, assume that the trouble can act
        alone = Scenario("alone", rules=(Rule(sequence=(trouble.typed,)),))
        exchange, edition = answered(alone, sample)
        return frozenset(classify(exchange, edition).fault_classes) if felt(exchange) else None

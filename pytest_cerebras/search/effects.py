"""What a trouble does to a request, as the engine shows without a client."""

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
    Knows which troubles can do anything to a request, and which fault classes these are.

    ``samples`` has a request of each shape.
    """

    samples: dict[object, Sent] = field(default_factory=dict[object, Sent])
    known: dict[tuple[object, Trouble], frozenset[str] | None] = field(
        default_factory=dict[tuple[object, Trouble], frozenset[str] | None]
    )

    def learn(self, seen: Iterable[Seen], sent: Iterable[Sent]) -> None:
        """Keep a request of each shape; ``sent`` has those of a run, warm-ups included."""
        warmed = (one for one in sent if not one.request.path.endswith(_WARM_UP))
        for request, sample in zip(seen, warmed, strict=False):
            self.samples.setdefault(request.shape, sample)

    def can_act(self, seen: Seen, trouble: Trouble) -> bool:
        """Return whether a trouble can do anything to a request of this shape."""
        return self._effect(seen, trouble) is not None

    def fault_classes(self, seen: Seen, trouble: Trouble) -> frozenset[str]:
        """Return the fault classes that a request of this shape meets by a trouble."""
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
            return frozenset()  # nothing is known, so it may act
        alone = Scenario("alone", rules=(Rule(sequence=(trouble.typed,)),))
        exchange, edition = answered(alone, sample)
        return frozenset(classify(exchange, edition).fault_classes) if felt(exchange) else None

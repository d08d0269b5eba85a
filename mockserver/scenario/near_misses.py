"""Records why no rule took a request, and describes the reasons only on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .model import Rule
from .request_view import RequestView
from .schedule import Trial


class Mismatch(Protocol):
    """Why a rule did not take a request."""

    @property
    def difference(self) -> Callable[[RequestView], str]:
        """A function that returns the reason in a few words, given the request."""
        ...


@dataclass(frozen=True, slots=True)
class WrongState:
    """The scenario is in another state."""

    found: str
    required: str

    def difference(self, _: RequestView) -> str:
        """Return both states in words."""
        return f"the state is {self.found!r}, not {self.required!r}"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule, by name or position, and why it did not take a request."""

    rule: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.why}"


@dataclass(frozen=True, slots=True)
class NoMatch:
    """The reason why each rule did not take a request, by the position of the rule."""

    rules: Sequence[Rule]
    mismatches: Mapping[int, Mismatch]

    def near_misses(self, view: RequestView) -> tuple[NearMiss, ...]:
        """
        Return the near misses, the nearest first; the nearest are rules that match the request.

        ``view`` is the request that no rule took. Its API key may be redacted, since no reason
        quotes the key.
        """
        order = sorted(self.mismatches, key=lambda at: _distance(self.mismatches[at]))
        return tuple(
            NearMiss(self._label(at), self.mismatches[at].difference(view)) for at in order
        )

    def _label(self, at: int) -> str:
        name = self.rules[at].name
        return f"rule {name!r}" if name else f"rules[{at}]"


def near_miss_lines(misses: Sequence[NearMiss], *, most: int) -> list[str]:
    """Return lines for the ``most`` nearest misses; the last also counts those left out."""
    lines = [f"not by {miss}" for miss in misses[:most]]
    if len(misses) > most:
        lines[-1] += f" (nor by {len(misses) - most} more)"
    return lines


def _distance(why: Mismatch) -> int:
    match why:
        case Trial():
            return 0
        case WrongState():
            return 1
        case _:
            return 2

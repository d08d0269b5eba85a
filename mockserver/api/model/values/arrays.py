"""Makes arrays for flat schemas."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from .budget import ExhaustedError, ImpossibleError
from .flattening import Flat
from .making import Making
from .schemas import AnySchema, all_of, same, tuple_of

_LONGEST = 10_000  # items in an array
_TRIES = 50  # attempts to find an item that differs from the others


class Array:
    """
    Makes one array.

    Without ``maxItems`` the array has one to three items, or more if more are mentioned or
    required.
    """

    def __init__(self, maker: Making, flat: Flat, depth: int, *, light: bool) -> None:
        self.maker = maker
        self.flat = flat
        self.depth = depth
        self.light = light
        self.tuples = [tuple_of(one) for one in flat.schemas]
        self.first = max((len(first) for first, _ in self.tuples), default=0)
        self.unique = any(flat.all("uniqueItems"))
        self.known: set[Hashable] = set()
        holding = [one for one in flat.schemas if "contains" in one]
        self.contained = [(one["contains"], int(one.get("minContains", 1))) for one in holding]
        self.limited = [one["contains"] for one in holding if "maxContains" in one]

    def made(self) -> list[Any]:
        """Return the array."""
        least, length = self.lengths()
        places = self.places(length)
        made: list[Any] = []
        for at in range(length):
            try:
                made.append(self.item(at, places.get(at, [])))
            except ExhaustedError:
                raise
            except ImpossibleError:
                if at < least or any(place >= at for place in places):
                    raise
                break
        return made

    def lengths(self) -> tuple[int, int]:
        """Return how many items are required, and how many to make."""
        flat, light, closed = self.flat, self.light, self.closed()
        least = int(flat.highest("minItems", 0))
        highest = flat.lowest("maxItems")
        most = closed if highest is None else min(closed, int(highest))
        wanted = sum(times for _, times in self.contained)
        if least > min(most, _LONGEST):
            self.refuse(most)
        shortest = least if flat.all("minItems") or light else 1
        if highest is None or light:
            longest = min(shortest if light else shortest + 2, most)
        else:
            longest = most
        length = self.maker.random.randint(int(min(shortest, longest)), int(longest))
        if not light:
            length = max(length, self.first, self.mentioned())
        return least, int(min(max(length, wanted), most, _LONGEST))

    def refuse(self, most: float) -> None:
        """Raise ImpossibleError because the required number of items is not possible."""
        if most < _LONGEST:
            raise self.maker.fail("it requires more items than it allows")
        raise self.maker.fail(f"an array may have {_LONGEST} items at most")

    def closed(self) -> float:
        """Return the length of the longest array that the schemas of the items allow."""
        ends = [len(first) for first, other in self.tuples if other is False]
        if self.flat.all("unevaluatedItems") and not any(
            other is not True for _, other in self.tuples
        ):
            ends += [self.first] if False in self.flat.all("unevaluatedItems") else []
        return min(ends, default=float("inf"))

    def mentioned(self) -> int:
        """Return how many of the values that the conversation mentions could be items."""
        _, other = self.tuples[0] if self.tuples else ([], True)
        if self.first or not isinstance(other, dict) or not isinstance(other.get("type"), str):
            return 0
        if not self.maker.mentions:
            return 0
        return self.maker.mentions.count(self.maker.place(self.flat), other)

    def places(self, length: int) -> dict[int, list[AnySchema]]:
        """Draw the indices of the items that will satisfy each ``contains``."""
        places: dict[int, list[AnySchema]] = {}
        if sum(times for _, times in self.contained) > length and len(self.contained) == 1:
            raise self.maker.fail("its 'contains' requires more items than it allows")
        for schema, times in self.contained:
            for at in self.maker.random.sample(range(length), min(times, length)):
                places.setdefault(at, []).append(schema)
        return places

    def item(self, at: int, contained: list[AnySchema]) -> Any:
        """Return one item, which differs from the others if items must be unique."""
        schemas = [first[at] if at < len(first) else other for first, other in self.tuples]
        schemas = [*(one for one in schemas if one is not True), *contained]
        schemas += [{"not": one} for one in self.limited if one not in contained]
        for _ in range(_TRIES if self.unique else 1):
            made = self.maker.make(all_of(schemas), self.depth + 1, str(at))
            key = same(made) if self.unique else None
            if key not in self.known or not self.unique:
                self.known.add(key)
                return made
        raise self.maker.fail("it allows too few different items")

"""Arrays that flat schemas allow."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from .budget import ExhaustedError, ImpossibleError
from .flattening import Flat
from .making import Making
from .schemas import AnySchema, same, tuple_of

_LONGEST = 10_000  # items
_TRIES = 50  # for an item that is not there yet


def array(maker: Making, flat: Flat, depth: int, *, light: bool) -> list[Any]:
    """Return one to three items, as many as are mentioned, or as many as there must be."""
    return _Array(maker, flat, depth, light=light).made()


class _Array:
    """One array in the making."""

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
        """Return how many items there must be, and how many are made."""
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
        """Say why there are not as many items as there must be."""
        if most < _LONGEST:
            raise self.maker.fail("it requires more items than it allows")
        raise self.maker.fail(f"an array may have {_LONGEST} items at most")

    def closed(self) -> float:
        """Return how many items there may be where no others are allowed."""
        ends = [len(first) for first, other in self.tuples if other is False]
        if self.flat.all("unevaluatedItems") and not any(
            other is not True for _, other in self.tuples
        ):
            ends += [self.first] if False in self.flat.all("unevaluatedItems") else []
        return min(ends, default=float("inf"))

    def mentioned(self) -> int:
        """Return how many values are mentioned that may be the items."""
        _, other = self.tuples[0] if self.tuples else ([], True)
        if self.first or not isinstance(other, dict) or not isinstance(other.get("type"), str):
            return 0
        if not self.maker.mentions:
            return 0
        return self.maker.mentions.count(self.maker.place(self.flat), other)

    def places(self, length: int) -> dict[int, list[AnySchema]]:
        """Draw the items that are what the array has to contain."""
        places: dict[int, list[AnySchema]] = {}
        if sum(times for _, times in self.contained) > length and len(self.contained) == 1:
            raise self.maker.fail("it has to contain more than it allows")
        for schema, times in self.contained:
            for at in self.maker.random.sample(range(length), min(times, length)):
                places.setdefault(at, []).append(schema)
        return places

    def item(self, at: int, contained: list[AnySchema]) -> Any:
        """Return one item, that is not there yet where all have to differ."""
        schemas = [first[at] if at < len(first) else other for first, other in self.tuples]
        schemas = [*(one for one in schemas if one is not True), *contained]
        schemas += [{"not": one} for one in self.limited if one not in contained]
        both: AnySchema = (
            {"allOf": schemas} if len(schemas) > 1 else schemas[0] if schemas else True
        )
        for _ in range(_TRIES if self.unique else 1):
            made = self.maker.make(both, self.depth + 1, str(at))
            key = same(made) if self.unique else None
            if key not in self.known or not self.unique:
                self.known.add(key)
                return made
        raise self.maker.fail("it allows too few different items")

"""Makes objects for flat schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockserver.api.model import prose

from .budget import ExhaustedError, ImpossibleError
from .flattening import Flat
from .making import Making
from .matching import matches
from .patterns import parsed
from .schemas import AnySchema, all_of
from .spelling import lengths, spelled

_MORE = 200  # rounds of names tried if ``minProperties`` exceeds the declared properties


class Object:
    """Makes one object with all declared properties, or only the required ones if ``light``."""

    def __init__(self, maker: Making, flat: Flat, depth: int, *, light: bool) -> None:
        self.maker = maker
        self.flat = flat
        self.depth = depth
        self.light = light
        self.required = dict.fromkeys(name for one in flat.all("required") for name in one)
        self.declared = dict.fromkeys(name for one in flat.all("properties") for name in one)
        self.least = flat.highest("minProperties", 0)
        self.most = flat.lowest("maxProperties", float("inf"))
        self.value: dict[str, Any] = {}

    def made(self) -> dict[str, Any]:
        """Return the object."""
        self.maker.budget.spend(len(self.required) + len(self.declared) // 50)
        if max(len(self.required), self.least) > self.most:
            raise self.maker.fail("it requires more properties than it allows")
        room = self.most - len(self.required)
        for name in self.declared:
            if name in self.required:
                self.add(name)
            elif not self.light and room > 0:
                room -= self.may_add(name)
        for name in self.required:
            if name not in self.value:
                self.add(name)
        if len(self.value) < self.least:
            self.fill()
        return self.value

    def fill(self) -> None:
        """Add properties until there are enough."""
        for name in self.names():
            if len(self.value) >= self.least:
                return
            if name not in self.value:
                self.may_add(name)
        if len(self.value) < self.least:
            raise self.maker.fail("it requires more properties than it allows")

    def names(self) -> Iterator[str]:
        """Yield candidate names: declared names, names that match patterns, random words."""
        yield from self.declared
        random = self.maker.random
        patterns = [name for one in self.flat.all("patternProperties") for name in one]
        for _ in range(_MORE):
            for pattern in patterns:
                node = parsed(pattern)
                length = random.randint(*lengths(node.width, 1, None))
                self.maker.budget.spend(length // 4)
                yield spelled(node, length, random)
            for schema in self.flat.all("propertyNames"):
                try:
                    name = self.maker.make({"type": "string", "allOf": [schema]}, self.depth + 1)
                except ExhaustedError:
                    raise
                except ImpossibleError:
                    continue
                yield name
            yield prose.words(random, 1)

    def may_add(self, name: str) -> bool:
        """Add a property if it is allowed; return whether it was added."""
        schemas = self.schemas(name)
        if False in schemas:
            return False
        try:
            self.add(name, schemas)
        except ExhaustedError:
            raise
        except ImpossibleError:
            return False
        return True

    def add(self, name: str, schemas: list[AnySchema] | None = None) -> None:
        """Add a property. Raises ImpossibleError if the property is not allowed."""
        names = self.flat.all("propertyNames")
        if names and not self.maker.validity.every(names, name):
            raise self.maker.fail(f"it requires a property {name!r} and forbids its name")
        schemas = [one for one in schemas or self.schemas(name) if one is not True]
        self.value[name] = self.maker.make(all_of(schemas), self.depth + 1, name)

    def schemas(self, name: str) -> list[AnySchema]:
        """Return the schemas for the value of a property."""
        found: list[AnySchema] = []
        for one in self.flat.schemas:
            self.maker.budget.spend()
            found += self.maker.validity.of_property(one, name)
        if self.flat.all("unevaluatedProperties") and not self.known(name):
            found += self.flat.all("unevaluatedProperties")
        return found

    def known(self, name: str) -> bool:
        """Return whether a schema declares the property or has a pattern for it."""
        patterns = (pattern for one in self.flat.all("patternProperties") for pattern in one)
        return name in self.declared or any(
            matches(pattern, name, self.maker.budget) for pattern in patterns
        )

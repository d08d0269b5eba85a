"""
The search for a value that a JSON Schema allows.

Each schema is flattened by one choice of alternatives, and a value is made for the flat schema. The
value is checked unless the schema's keywords guarantee that it is valid. If the value is invalid,
the next choice is tried. All steps come from one budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from mockserver.api.model import prose

from . import numbers
from .arrays import Array
from .budget import Budget, ExhaustedError, ImpossibleError
from .choices import Choices
from .flattening import Flat, Flattening, kind
from .formats import MAKERS
from .matching import matches
from .mentions import Mentions, Place
from .objects import Object
from .patterns import parsed
from .schemas import AnySchema, same
from .spelling import lengths, spelled
from .validity import Validity

SHALLOW = 4  # from this depth on, values have only required parts, so that most recursions end
_ABYSS = 40  # a schema that leads deeper never ends, so it allows no value
_LONGEST = 10_000  # characters in a string
_WAYS = 150  # attempts for one schema, each with another choice among the alternatives
_TRIES = 24  # attempts to find a string or number that is not excluded
_BOUNDS = ("minLength", "maxLength", "pattern")  # a string without these keywords has no constraint


class Maker:
    """
    Makes one value.

    ``text`` becomes the first string without a constraint. ``sparse`` omits all optional parts.
    """

    def __init__(
        self,
        root: AnySchema,
        random: Random,
        budget: Budget,
        mentions: Mentions,
        text: str | None = None,
    ) -> None:
        self.random = random
        self.budget = budget
        self.mentions = mentions
        self.text = text
        self.sparse = False
        self.validity = Validity(root, budget)
        self._flattening = Flattening(root, budget)
        self._path: list[str] = []

    def make(self, schema: AnySchema, depth: int, name: str | None = None) -> Any:
        """Return a value for a schema; ``name`` is the property or index that gets the value."""
        self._path += [] if name is None else [name]
        try:
            return self._made(schema, depth)
        finally:
            if name is not None:
                self._path.pop()

    def fail(self, why: str) -> ImpossibleError:
        """Return the error that no value was found at the current path, for this reason."""
        return ImpossibleError(why, "/".join(self._path))

    def _made(self, schema: AnySchema, depth: int) -> Any:
        if depth > _ABYSS:
            raise self.fail("its recursion never ends")
        choices, reason = Choices(self.random), None
        for _ in range(_WAYS):
            self.budget.spend()
            choices.again(light=self.sparse or depth >= SHALLOW)
            sure = True
            try:
                flat = self._flattening.flat(schema, choices)
                sure = flat.sure
                value = self._value(flat, schema, choices, depth)
                if sure or self.validity.allows(schema, value):
                    return value
            except ExhaustedError:
                raise
            except ImpossibleError as error:
                reason = error if error.at else self.fail(error.why)
            if choices.all_tried and (sure or choices.attempt > _TRIES):
                break
        raise reason or self.fail("no value was right")

    def _value(self, flat: Flat, schema: AnySchema, choices: Choices, depth: int) -> Any:
        self.budget.spend(len(flat.schemas))
        fixed = [*([one] for one in flat.all("const")), *flat.all("enum")]
        if fixed:
            return self._fixed(fixed, flat)
        name = kind(flat, choices)
        if name == "object":
            return Object(self, flat, depth, light=choices.light).made()
        if name == "array":
            return Array(self, flat, depth, light=choices.light).made()
        return None if name == "null" else self._scalar(name, flat, schema)

    def _scalar(self, name: str, flat: Flat, schema: AnySchema) -> Any:
        """Return the first valid candidate."""
        schemas: list[AnySchema] = [*flat.schemas, *([] if flat.sure else [schema])]
        for value in self._candidates(name, flat):
            self.budget.spend()
            if self.validity.every(schemas, value):
                self.mentions.use(value)
                return value
        raise self.fail("no value was right")

    def _candidates(self, name: str, flat: Flat) -> Iterator[Any]:
        if name == "boolean":
            return self._booleans(flat)
        return self._strings(flat) if name == "string" else self._numbers(flat, name)

    def place(self, flat: Flat) -> Place:
        """Return the name and the description of the property whose value is being made."""
        name = next((one for one in reversed(self._path) if not one.isdecimal()), "")
        words = [*flat.all("title"), *flat.all("description")]
        return Place(name, " ".join(one for one in words if isinstance(one, str))[:500])

    def _fixed(self, values: list[list[Any]], flat: Flat) -> Any:
        """Choose a value that is in each of the lists and that the other keywords allow."""
        self.budget.spend(sum(map(len, values)) // 64)
        others = [{same(one) for one in some} for some in values[1:]]
        rest = [
            {key: each for key, each in one.items() if key not in ("const", "enum")}
            for one in flat.schemas
        ]
        plain = not others and not any(rest)
        allowed = [
            one
            for one in values[0]
            if plain
            or (all(same(one) in some for some in others) and self.validity.every([*rest], one))
        ]
        if not allowed:
            raise self.fail("none of the values that it lists is valid")
        named = self.mentions.named(allowed)
        return self.random.choice(allowed) if named is None else named

    def _booleans(self, flat: Flat) -> Iterator[bool]:
        if self.mentions:
            yield from self.mentions.booleans(self.place(flat))
        drawn = self.random.random() < 0.5  # noqa: PLR2004 (one in two)
        yield drawn
        yield not drawn

    def _numbers(self, flat: Flat, numeric: str) -> Iterator[float]:
        if self.mentions:
            yield from self.mentions.numbers(self.place(flat), whole=numeric == "integer")
        draw = numbers.integer if numeric == "integer" else numbers.number
        for _ in range(_TRIES):
            yield draw(flat, self.random)

    def _strings(self, flat: Flat) -> Iterator[str]:
        """Yield candidates: the text, mentioned texts, then texts for formats and patterns."""
        formats = [str(one) for one in flat.all("format") if one in MAKERS]
        free = not formats and not any(flat.all(key) for key in _BOUNDS)
        if free and self.text is not None:
            text, self.text = self.text, None
            yield text
        if self.mentions:
            yield from self.mentions.strings(self.place(flat), formats)
        yield from self._made_up(flat, formats)

    def _made_up(self, flat: Flat, formats: list[str]) -> Iterator[str]:
        least, most = int(flat.highest("minLength", 0)), flat.lowest("maxLength")
        if most is not None and least > most:
            raise self.fail("its shortest length is more than its longest")
        if least > _LONGEST:
            raise self.fail(f"a string may have {_LONGEST} characters at most")
        for _ in range(4 if formats else 0):
            yield from (MAKERS[one](self.random) for one in formats)
        patterns = flat.all("pattern")
        for pattern in patterns * _TRIES:
            yield self._of_pattern(pattern, least, most)
        for _ in range(0 if patterns else _TRIES):
            self.budget.spend(least // 8)
            text = prose.words(self.random, self.random.randint(1, 3))
            while len(text) < least:
                text += f" {prose.words(self.random, 1)}"
            yield text[: len(text) if most is None else int(most)]

    def _of_pattern(self, pattern: str, least: int, most: float | None) -> str:
        node = parsed(pattern)
        low, high = lengths(node.width, least, None if most is None else int(most))
        length = self.random.randint(low, high)
        self.budget.spend(length // 4)
        text = spelled(node, length, self.random)
        for _ in range(least - len(text)):  # a pattern without $ allows more text after it
            text += self.random.choice("aeinorst")
        if matches(pattern, text, self.budget):
            return text
        return "".join(reversed(text)) if matches(pattern, text[::-1], self.budget) else text

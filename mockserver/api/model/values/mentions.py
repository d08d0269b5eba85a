"""
Values that a conversation mentions, such as numbers, dates, names and quoted texts.

Each value is used once, in the order of the text, unless the text labels the value with the name of
a property (``a: 3``). Only the beginning of a long text is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from . import names

_READ = 10_000  # characters of a text
_WHOLE = 500  # characters; longer texts are neither repeated whole nor searched for
_LOOKUPS = 200  # the most searches of a text, each for a property's name or for a given value

_FOUND = re.compile(
    r"""(?P<email>(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]+)+)
    |(?P<uri>https?://[^\s<>"'`)\]]*[^\s<>"'`)\].,;:!?])
    |(?P<uuid>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)
    |(?P<moment>\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)
    |(?P<date>\b\d{4}-\d\d-\d\d\b)
    |(?P<time>\b\d{1,2}:\d\d(?::\d\d)?\b)
    |"(?P<double>[^"\n]{1,300})"|“(?P<curly>[^”\n]{1,300})”|«(?P<angle>[^»\n]{1,300})»
    |`(?P<back>[^`\n]{1,300})`|(?<!\w)'(?P<single>[^'\n]{1,300})'(?!\w)
    |(?<![\w.])(?P<number>[-+\u2212]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,15})?)(?![\d_])""",
    re.VERBOSE,
)
_CALLED = re.compile(r"\b(?:named|called|titled)\s+[\"'`“«]([^\"'`”»\n]{1,300})[\"'`”»]")
_GAP = re.compile(r"[\s_-]*[\s_][\s_-]*")  # between words, however a text separates them
_QUOTES = ("double", "curly", "angle", "back", "single")
_COUNTED = """
    zero one two three four five six seven eight nine ten eleven twelve
"""
_SEPARATOR = r"\s*(?:=|:|\bis\b|\bas\b|\bto\b|\bof\b|\bequals?\b|\bset to\b)\s*"
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


class Place(NamedTuple):
    """The name of a property, and the property's description in the schema."""

    name: str
    description: str


class Mentions:
    """
    The values that a text mentions.

    ``result`` is a tool result. The values of the result come first, and a final answer repeats the
    whole result.
    """

    def __init__(self, text: str = "", result: str = "") -> None:
        self._all = text[:_READ]
        self._whole = (result or text).strip()
        joined = f"{result[:_READ]}\n{self._all}" if result else self._all
        self._found: dict[str, list[str]] = {}
        last, gaps = 0, []
        for one in _FOUND.finditer(joined):
            kind = "quoted" if one.lastgroup in _QUOTES else str(one.lastgroup)
            self._found.setdefault(kind, []).append(one[str(one.lastgroup)])
            gaps.append(joined[last : one.start()])
            last = one.end()
        gaps.append(joined[last:])
        self._found["name"] = [name for gap in gaps for name in names.proper(gap)]
        self._text = joined.strip() and joined
        self._words = frozenset(re.findall(r"[^\W_]+", joined.lower()))
        self._lookups = _LOOKUPS

    def __bool__(self) -> bool:
        return bool(self._text)

    def use(self, value: Any) -> None:
        """Remove a value, because it has been used."""
        for kind, found in self._found.items():
            for one in found:
                same = _number(one) == value if kind == "number" else one == value
                if same and not isinstance(value, bool):
                    found.remove(one)
                    return

    def numbers(self, place: Place, *, whole: bool) -> Iterator[float]:
        """Yield candidate numbers, the likeliest first."""
        found = [*self._labelled(place, r"[-+]?\d[\d,]*(?:\.\d+)?", loose=True)]
        found += self._found.get("number", ())
        if not found:
            found = [str(at) for at, word in enumerate(_COUNTED.split()) if word in self._words]
        for one in found:
            value = _number(one)
            if value is not None and (not whole or isinstance(value, int)):
                yield value

    def booleans(self, place: Place) -> Iterator[bool]:
        """Yield the boolean that the text gives for a property."""
        for one in self._labelled(place, "|".join((*_TRUE, *_FALSE))):
            yield one.lower() in _TRUE

    def strings(self, place: Place, formats: Sequence[str]) -> Iterator[str]:
        """Yield candidate strings, the likeliest first."""
        yield from self._labelled(place, r"""["'“`«][^"'”`»\n]{1,300}["'”`»]|[^,;.!?\n]{1,80}""")
        kind = names.kind_of(place.name, place.description, formats)
        if kind == "name":
            yield from (one[1] for one in _CALLED.finditer(self._text))
        for one in _KINDS[kind]:
            if one == "whole":
                yield from [self._whole] if 0 < len(self._whole) <= _WHOLE else []
            else:
                yield from [*self._found.get(one, ())]

    def named(self, values: Sequence[Any]) -> Any:
        """Return whichever of the values the text mentions first; None if it mentions none."""
        places = [(at, one) for one in values if (at := self._at(one)) is not None]
        return min(places, key=lambda place: place[0])[1] if places else None

    def count(self, place: Place, items: Mapping[str, Any]) -> int:
        """Return how many of the mentioned values could be items of an array."""
        if items["type"] in ("integer", "number"):
            return len([*self.numbers(Place("", ""), whole=items["type"] == "integer")])
        if items["type"] != "string" or "enum" in items:
            return 0
        quoted = len(self._found.get("quoted", ()))
        kind = names.kind_of(place.name, place.description, ())
        return quoted or (len(self._found["name"]) if kind == "name" else 0)

    def _at(self, value: Any) -> int | None:
        if not isinstance(value, str) or not value or len(value) > _WHOLE:
            return None
        self._lookups -= 1
        if self._lookups < 0:
            return None
        spoken = r"[\s_-]+".join(map(re.escape, filter(None, _GAP.split(value))))
        if not spoken:
            return None
        found = re.search(rf"(?<!\w){spoken}(?!\w)", self._text, re.IGNORECASE)
        return found.start() if found else None

    def _labelled(self, place: Place, value: str, *, loose: bool = False) -> Iterator[str]:
        """Yield the value after a property's name; ``loose`` lets a mere space separate the two."""
        parts = names.parts(place.name)
        if not parts or not self._words.issuperset(parts) or self._lookups <= 0:
            return
        self._lookups -= 1
        label = r"[\s_-]*".join(map(re.escape, parts))
        between = rf"(?:{_SEPARATOR}|\s+)" if loose else _SEPARATOR
        pattern = rf"(?<!\w){label}(?!\w)[\"'`]?{between}({value})"
        for one in re.finditer(pattern, self._text, re.IGNORECASE):
            text = one[1].strip()
            yield text[1:-1] if text[:1] in "\"'“`«" else re.split(r"\s+and\s+", text)[0]
            return


def _number(text: str) -> float | None:
    plain = text.replace(",", "").replace("\u2212", "-")
    try:
        return float(plain) if "." in plain else int(plain)
    except ValueError:
        return None


_KINDS: Mapping[str, Sequence[str]] = {
    "email": ("email",),
    "uri": ("uri",),
    "uuid": ("uuid", "quoted"),
    "date-time": ("moment", "date", "time"),
    "date": ("date",),
    "time": ("time",),
    "text": ("quoted", "whole"),
    "answer": ("whole",),
    "name": ("name", "quoted"),
    "number": ("number", "quoted"),
    "any": ("quoted", "name"),
}

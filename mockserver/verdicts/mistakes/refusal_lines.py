"""The lines with which the API refuses a body; each line names a place and the error there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mockserver.core.credentials import redacted

from .setup import Setup

_LINE = re.compile(r"(?:body\.)?(?P<at>[^\s:]+): (?P<told>.+)")
_UNSUPPORTED = re.compile(r"property '.*' is unsupported")
_ROLE = re.compile(r"(?<=^messages\.)(\d+)\.(?:system|developer|user|assistant|tool)(?=\.|$)")
_UNION = re.compile(r"\.(?:str(?:-enum\[\w+\])?|ChoiceObject|list\[(?:[^\[\]]|\[[^\[\]]*\])*\])")
_PART = re.compile(r"(content\.\d+)\.(?:text|image_url|image)(?=\.|$)")
_TYPED = re.compile(r"^(response_format)\.(?:text|json_object|json_schema)(?=\.)")
_MOST = 5  # the most names in a sentence
_LONGEST = 60  # the most characters of a value in a sentence
ABSENT = object()
"""Stands for a value that the body does not have."""


@dataclass(frozen=True, slots=True)
class Line:
    """
    One error of a body.

    ``place`` is the path to the wrong value, without the API's names for the types of a union.
    ``told`` is the API's message about that value.
    """

    place: tuple[str, ...]
    told: str

    @property
    def unsupported(self) -> bool:
        """Whether the API does not know the field."""
        return _UNSUPPORTED.fullmatch(self.told) is not None

    @property
    def path(self) -> str:
        """The place in the notation of code, such as ``messages[0].content``."""
        return "".join(f"[{one}]" if one.isdigit() else f".{one}" for one in self.place)[1:]

    def value(self, it: Setup) -> object:
        """Return the value at the place; ``ABSENT`` if there is none."""
        found: object = it.body
        for one in self.place:
            if isinstance(found, list) and one.isdigit() and int(one) < len(found):
                found = found[int(one)]
            elif isinstance(found, dict) and one in found:
                found = found[one]
            else:
                return ABSENT
        return found


def lines(it: Setup) -> Iterator[Line]:
    """Yield the errors of the body that the API refused."""
    if it.code != "wrong_api_format" or it.error is None:
        return
    for text in redacted(str(it.error.get("message", ""))).splitlines():
        found = _LINE.fullmatch(text)
        if found:
            at = _TYPED.sub(r"\1", _PART.sub(r"\1", _UNION.sub("", _ROLE.sub(r"\1", found["at"]))))
            yield Line(tuple(at.split(".")), found["told"])


def unknown_fields(it: Setup) -> list[str]:
    """Return the top-level fields of the body that the API does not know."""
    return [one.place[0] for one in lines(it) if one.unsupported and len(one.place) == 1]


def listed(names: list[str]) -> str:
    """Return a phrase with the first few of these names."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(name[:_LONGEST] for name in names[:_MOST]) + more


def shown(value: object) -> str:
    """Return a JSON value as Python writes it, shortened."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."

"""Which requests a rule is for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator

from mockserver.api.routes import Endpoint


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is not a regular expression ({error})") from error
    return pattern


Regex = Annotated[str, AfterValidator(_compiles)]


def _fits(name: str, pattern: str) -> bool:
    """Compare with ``*`` and ``?``; a bracket is a bracket."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


@dataclass(frozen=True, slots=True)
class Prompt:
    """
    What the text of all messages must hold.

    ``contains`` is a part of it. ``regex`` is a regular expression of Python's, found anywhere.
    """

    contains: str | None = None
    regex: Regex | None = None

    def difference(self, text: str) -> str | None:
        """Return what is missing."""
        if self.contains is not None and self.contains not in text:
            return f"the prompt does not contain {self.contains!r}"
        if self.regex is not None and not re.search(self.regex, text):
            return f"the prompt does not match {self.regex!r}"
        return None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule can look at in a request."""

    endpoint: Endpoint | None = None
    model: str = ""
    stream: bool = False
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """
    The requests a rule is for; what is left out is not looked at.

    ``model`` may hold ``*`` and ``?``. ``stream`` says whether the request asks for one. Without
    an ``endpoint`` a rule is for every request but the warm-up that the official SDK sends on its
    own.
    """

    endpoint: Endpoint | None = None
    model: str | None = None
    stream: bool | None = None
    prompt: Prompt = field(default_factory=Prompt)

    def difference(self, subject: Subject) -> str | None:
        """Return why this is not a request for the rule; None when it is."""
        if self.endpoint is None and subject.endpoint == "warming":
            return "the endpoint is 'warming', which a rule must name"
        if self.endpoint not in (None, subject.endpoint):
            return f"the endpoint is {subject.endpoint!r}, not {self.endpoint!r}"
        if self.model is not None and not _fits(subject.model, self.model):
            return f"the model is {subject.model!r}, not {self.model!r}"
        if self.stream not in (None, subject.stream):
            return f"stream is {subject.stream}, not {self.stream}".lower()
        return self.prompt.difference(subject.prompt)

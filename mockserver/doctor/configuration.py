"""Finds the variables that a configuration file sets for a container."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockserver.api.contract.edition import Edition
from mockserver.verdicts.mistakes.misspelt import means_cerebras

from . import environment
from .environment import ADDRESSES, KEY
from .finding import Finding
from .variables import Variable, is_placeholder

_NAME = rf"({'|'.join(ADDRESSES)}|{KEY}|CEREBRAS_(?:[A-Z]+_)?MODEL(?:_NAME|_ID)?)"
_PAIR = re.compile(
    rf"\bname[\"']?[ \t]*:[ \t]*[\"']?{_NAME}[\"']?[ \t]*,?\s+"
    r"[\"']?value[\"']?[ \t]*:[ \t]*[\"']?([^\s\"',}]++)"
)
"""A variable as Kubernetes and others write it: ``name: X`` and ``value: Y``."""
_ENV = re.compile(rf"^[ \t]*ENV[ \t]+{_NAME}[ \t]+[\"']?([^\s\"'=]++)[\"']?[ \t]*$", re.MULTILINE)
"""A variable as a Dockerfile may write it, with only white space between name and value."""
_QUOTED = re.compile(rf"^([ \t]*)-[ \t]+{_NAME}=(([\"'])[^\s\"']++\4)[ \t]*$", re.MULTILINE)
"""A variable in a list of docker-compose, where the quotes belong to the value."""
_MOST_LINES = 100  # only this many preceding lines are searched for the head of a list


def findings(
    code: str, place: str, edition: Edition, read_by_code: frozenset[str]
) -> Iterator[Finding]:
    """
    Yield the mistakes in the variables; an API key is checked only for quotes around it.

    ``code`` has no comments. ``read_by_code`` are the variables that the user's own code reads and
    may pass to any client.
    """
    for at, name, value in _set(code):
        is_address = name in ADDRESSES
        if is_placeholder(value) or (is_address and not means_cerebras(value)):
            continue
        one = Variable(name, value, place, code.count("\n", 0, at) + 1)
        for found in environment.findings(
            [one], edition, exists=lambda _: True, read_by_code=read_by_code
        ):
            if name != KEY or found.rule == "quoted-key":
                yield found


def _set(code: str) -> Iterator[tuple[int, str, str]]:
    """Yield the position, the name and the value of each variable."""
    for form in (_PAIR, _ENV):
        yield from ((found.start(), found[1], found[2]) for found in form.finditer(code))
    for found in _QUOTED.finditer(code):
        if _is_environment(code[: found.start()], len(found[1])):
            yield found.start(2), found[2], found[3]


def _is_environment(before: str, indent: int) -> bool:
    """Return whether a text ends inside a list of variables, rather than a list of commands."""
    for line in reversed(before.splitlines()[-_MOST_LINES:]):
        bare = line.strip()
        is_item = bare.startswith("-") and len(line) - len(line.lstrip()) == indent
        if bare and not is_item:
            return bare == "environment:"
    return False

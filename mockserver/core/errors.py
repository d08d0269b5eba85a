"""
Errors in the user's input.

* MockServerError
  - DocumentError: a YAML file that is wrong
  - UnknownNameError: a scenario, edition, tier or parameter that does not exist
  - DroppedError: a query that needs more exchanges than the journal keeps
  - ShortenedError: a query that needs more of an answer than the journal keeps
  - UnknownPriceError: a query for the cost of a model whose price is not known
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST_LISTED = 24
_MOST_NEAR = 5
_NEAR = 0.5  # similarity of two names, from 0 to 1
_LONGEST_SHOWN = 60


class MockServerError(Exception):
    """The base class; the text of an error is one sentence for the user."""

    exit_status = 2
    """The status of a command that ends with the error: 2 for wrong input, 1 for the machine."""


class DocumentError(MockServerError):
    """A YAML document is wrong; the text has file, line, column, path and the allowed values."""


class UnknownNameError(MockServerError):
    """Nothing has this name."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        super().__init__(f"no {kind} is called {name!r}{suggestion(name, known)}")


class DroppedError(MockServerError):
    """A query needs all exchanges, but the journal has dropped some."""

    def __init__(self, kept: int, count: int) -> None:
        super().__init__(
            f"this needs all {count} requests, but the journal keeps the last {kept}; to keep "
            f"more, use pytest --cerebras-journal {count} or cerebras-mock serve --journal {count}"
        )


class ShortenedError(MockServerError):
    """A query needs a whole answer, but the journal has shortened it."""

    def __init__(self, number: int, size: int) -> None:
        super().__init__(
            f"this needs all {size} bytes of the answer to #{number}, but the journal keeps fewer; "
            f"to keep more, use cerebras-mock serve --journal-body {size}"
        )


class UnknownPriceError(MockServerError):
    """A query needs a cost, but the edition has no price for a model that answered."""

    def __init__(self, models: Iterable[str]) -> None:
        named = ", ".join(sorted(models))
        super().__init__(
            f"the cost is not known, because the edition has no price for {named}; add one to "
            "an edition of your own, in dollars per million tokens: "
            "models: {NAME: {price: {prompt: 0.35, completion: 0.75}}}"
        )


def suggestion(found: str, known: Iterable[str]) -> str:
    """
    Suggest what to write instead, as the end of a sentence.

    >>> suggestion("modle", ["stream", "model"])
    "; did you mean 'model'? Allowed are model, stream"
    >>> suggestion("x", ["model"])
    '; allowed are model'
    >>> suggestion("x", [])
    '; there are none'

    The closest names come first. A very long list is cut off.
    """
    names = list(known)
    if not names:
        return "; there are none"
    close = get_close_matches(found, names, n=1)
    listed = f"llowed are {listing(found, names)}"
    return f"; did you mean {close[0]!r}? A{listed}" if close else f"; a{listed}"


def listing(found: str, known: Iterable[str]) -> str:
    """
    Return names as a list for a sentence, beginning with those that are closest to ``found``.

    >>> listing("retry", ["status", "retry_after", "body"])
    'retry_after, status, body'
    """
    names = list(known)
    near = get_close_matches(found, names, n=_MOST_NEAR, cutoff=_NEAR)
    akin = [name for name in names if found and (found in name or name in found)]
    ordered = list(dict.fromkeys((*near, *akin, *names)))
    rest = len(ordered) - _MOST_LISTED
    more = f" and {rest} more" if rest > 1 else ""
    return f"{', '.join(ordered[: _MOST_LISTED if more else None])}{more}"


def shown(value: object) -> str:
    """
    Return the ``repr`` of a value, cut to a readable length for a sentence.

    >>> shown("x"), shown("x" * 500)[-5:]
    ("'x'", 'xx...')
    """
    return shortened(repr(value))


def shortened(text: str, longest: int = _LONGEST_SHOWN) -> str:
    """Return a text cut to a readable length for a sentence."""
    return text if len(text) <= longest else f"{text[:longest]}..."

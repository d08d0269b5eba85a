"""Finds the model that a name means, and the model to use instead."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from mockserver.api.contract.edition import Edition
from mockserver.core.key_forms import letters

_AROUND = " \t\r\n\"'`"
_LONGEST = 200  # characters; a longer name resembles no id, and to compare it takes long
_NEAR = 0.6  # the share of letters that two similar names have in common
_ROUTED = re.compile(r"cerebras[:.-]", re.IGNORECASE)
_VARIANT = re.compile(r":(?:free|nitro|floor|cerebras|fastest|latest)\Z")
_MAKERS = re.compile(r"\A(?:meta|openai|zaiorg|zai|qwen/)")
_EARLIER: Mapping[str, tuple[dt.date, str]] = {
    "deepseek-r1-distill-llama-70b": (dt.date(2025, 8, 12), "qwen-3-32b"),
    "qwen-3-235b-a22b": (dt.date(2025, 7, 29), "qwen-3-235b-a22b-instruct-2507"),
    "zai-glm-4.6": (dt.date(2026, 1, 20), "zai-glm-4.7"),
}
"""Models that no edition has, with the day of retirement and the successor that was announced."""


def bare(name: str) -> str:
    """Return a name without quotes and white space around it."""
    return name.strip(_AROUND)


def unrouted(name: str) -> str:
    """
    Return a name without the prefix and suffix that routers add.

    >>> unrouted("openrouter/cerebras/llama3.1-8b"), unrouted("cerebras:gpt-oss-120b")
    ('llama3.1-8b', 'gpt-oss-120b')
    """
    _, slash, last = name.rpartition("/")
    return _VARIANT.sub("", last if slash else _ROUTED.sub("", name, count=1))


def meant(name: str, edition: Edition) -> str:
    """Return the id that a name means, even a retired one; empty if the name is unknown."""
    return next(_meant(name, edition), "")


def _meant(name: str, edition: Edition) -> Iterator[str]:
    """Yield the ids that a name may mean, the most certain first."""
    known = [*edition.models, *(one for one in _EARLIER if retired(one, edition))]
    yield from (one for one in known if bare(name) == one)
    yield from (one for one in known if unrouted(bare(name)).lower() == one)
    wanted = {letters(one) for one in _spellings(name)}
    yield from sorted(
        (one for one in known if wanted & {letters(other) for other in _aliases(one, edition)}),
        key=lambda one: not edition.serves(one),
    )


def retired(model: str, edition: Edition) -> dt.date | None:
    """Return the day on which a refused model was retired; None if it was never retired."""
    if edition.serves(model):
        return None
    if model in edition.models:
        return edition.models[model].retired
    day = _EARLIER[model][0] if model in _EARLIER else None
    return day if day and day <= edition.date else None


def current(edition: Edition) -> list[str]:
    """Return the models that the edition serves and that the API has not retired."""
    return [
        name
        for name, model in edition.models.items()
        if edition.serves(name) and not edition.is_retired(model)
    ]


def advice(name: str, edition: Edition) -> str:
    """Return which model to use instead of a refused one."""
    model = meant(name, edition)
    day = retired(model, edition)
    if model != name and edition.serves(model):
        if not edition.is_retired(edition.models[model]):
            return f"send model={model!r}"
        day = edition.models[
            model
        ].retired  # the mock still serves this model, but the live API does not
    gone = f"{model!r} was retired on {day}: " if day and model != name else ""
    successor = _successor(model, edition)
    if successor:
        return f"{gone}send model={successor!r}, its successor"
    others = [one for one in current(edition) if one != name]
    if not others:
        return f"{gone}see GET /v1/models for the models that are served"
    is_alike = not day and len(bare(name)) <= _LONGEST
    near = get_close_matches(bare(name).lower(), others, n=1, cutoff=_NEAR) if is_alike else []
    nearest = f" (nearest: {near[0]!r})" if near else ""
    return f"{gone}use one of {', '.join(others)}{nearest}"


def _successor(model: str, edition: Edition) -> str:
    """Return the first successor that is still current; empty if there is none."""
    seen = {model}
    while model and model not in current(edition):
        known = edition.models.get(model)
        model = (known.successor or "") if known else _EARLIER.get(model, (None, ""))[1]
        if model in seen:
            return ""
        seen.add(model)
    return "" if len(seen) == 1 else model


def _spellings(name: str) -> Iterator[str]:
    """Yield a name as it is, without a router's additions, and without the maker of the model."""
    for one in (bare(name), unrouted(bare(name))):
        yield one
        yield _MAKERS.sub("", one.lower())


def _aliases(model: str, edition: Edition) -> Iterator[str]:
    """Yield the names of a model: its id, and its Hugging Face id with and without the owner."""
    yield model
    if model in edition.models and edition.models[model].hugging_face_id:
        yield edition.models[model].hugging_face_id
        yield edition.models[model].hugging_face_id.rpartition("/")[2]

"""Counts the tokens of a prompt by parts: first the template with the tools, then each message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from mockserver.api.contract.edition import Model
from mockserver.api.model import tokens

from .messages import Part

_T = TypeVar("_T")

IMAGE_TOKENS = 280
"""How many tokens an image counts as: always the documented maximum."""


class Size(NamedTuple):
    """How many tokens each part has; ``images`` counts the tokens of all images."""

    parts: tuple[int, ...] = ()
    images: int = 0

    @property
    def tokens(self) -> int:
        """The tokens of the whole prompt."""
        return sum(self.parts)


def measure(body: Mapping[str, Any], text: str, model: Model) -> Size:
    """
    Return the size of a valid request's prompt; ``text`` is the key of the prompt in the body.

    Images cost tokens only if the model has vision.
    """
    counted = tokens.Meter()
    if text != "messages":
        return Size((_text_tokens(body[text], counted),))
    head = model.prompt_base
    if body.get("tools"):
        head += _cost(body["tools"], counted, tokens.count_tools)
    messages = body["messages"]
    each = model.prompt_each
    costs = [each + _cost(one, counted, tokens.count_message) for one in messages]
    if not model.vision:
        return Size((head, *costs))
    images = [IMAGE_TOKENS * tokens.count_images(message.get("content")) for message in messages]
    return Size((head, *map(sum, zip(costs, images, strict=True))), sum(images))


def parts(body: Mapping[str, Any], text: str, size: Size) -> Iterator[tuple[str, int]]:
    """Yield each part of a prompt as a text, with its number of tokens."""
    whole = [body.get("tools"), *body[text]] if text == "messages" else [body[text]]
    for part, cost in zip(whole, size.parts, strict=True):
        yield repr(part), cost


def _cost(part: _T, counted: tokens.Meter, count: Callable[[_T, tokens.Counter], int]) -> int:
    """Return how many tokens a part costs; reuse the count of an earlier request, if any."""
    if isinstance(part, Part):
        letters, found, cost = part.size
        if counted.takes(letters, found):
            return cost
    return count(part, counted)


def _text_tokens(prompt: str | Sequence[Any], counted: tokens.Counter) -> int:
    """Count the tokens of a prompt: text, tokens, a list of texts, or a list of lists of tokens."""
    if isinstance(prompt, str):
        return counted(prompt)
    if prompt and isinstance(prompt[0], int):
        return len(prompt)
    return sum(_text_tokens(one, counted) for one in prompt)

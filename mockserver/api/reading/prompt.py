"""What a prompt costs, part by part: the template with the tools, then each message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.api.contract.edition import Model
from mockserver.api.model import tokens

IMAGE_TOKENS = 280
"""What an image costs: the documented maximum, whatever its size."""


class Size(NamedTuple):
    """The tokens of each part, and how many of all are those of images."""

    parts: tuple[int, ...] = ()
    images: int = 0

    @property
    def tokens(self) -> int:
        """The whole prompt."""
        return sum(self.parts)


def measure(body: Mapping[str, Any], text: str, model: Model) -> Size:
    """
    Return what the prompt of a valid request costs; models that can't see skip images.

    ``text`` is the key of the body in which it stands.
    """
    counted = tokens.Meter()
    if text != "messages":
        return Size((_text_tokens(body[text], counted),))
    head = model.prompt_base
    if body.get("tools"):
        head += tokens.count_tools(body["tools"], counted)
    messages = body["messages"]
    costs = [model.prompt_each + tokens.count_message(message, counted) for message in messages]
    if not model.vision:
        return Size((head, *costs))
    images = [IMAGE_TOKENS * tokens.count_images(message.get("content")) for message in messages]
    return Size((head, *map(sum, zip(costs, images, strict=True))), sum(images))


def parts(body: Mapping[str, Any], text: str, size: Size) -> Iterator[tuple[str, int]]:
    """Yield each part of a prompt as text that tells it from others, with its tokens."""
    whole = [body.get("tools"), *body[text]] if text == "messages" else [body[text]]
    for part, cost in zip(whole, size.parts, strict=True):
        yield json.dumps(part, sort_keys=True), cost


def _text_tokens(prompt: str | Sequence[Any], counted: tokens.Counter) -> int:
    """Return the tokens of a text, of tokens, or of several of either."""
    if isinstance(prompt, str):
        return counted(prompt)
    if prompt and isinstance(prompt[0], int):
        return len(prompt)
    return sum(_text_tokens(one, counted) for one in prompt)

"""
The images in a request: how many, in which form, for which model.

According to the documentation the API takes PNG and JPEG as base64 data URIs, five a request, for
models that can see. Nobody has published what it answers to anything else.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.api.contract.edition import Model
from mockserver.api.contract.edition_settings import Validation

_HEADERS = {"data:image/png;base64": "png", "data:image/jpeg;base64": "jpeg"}
_SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}


def unsupported(body: Mapping[str, Any], model: Model, _: Validation) -> dict[str, object] | None:
    """Find images that the model cannot see."""
    return {} if not model.vision and any(_images(body)) else None


def too_many(body: Mapping[str, Any], _: Model, how: Validation) -> dict[str, object] | None:
    """Find more images than a request may hold."""
    return {"reason": how.images} if sum(1 for _ in _images(body)) > how.images else None


def by_url(body: Mapping[str, Any], _: Model, __: Validation) -> dict[str, object] | None:
    """Find images that the server would have to fetch."""
    return {} if any(not is_data(image) for image in _images(body)) else None


def unreadable(body: Mapping[str, Any], _: Model, __: Validation) -> dict[str, object] | None:
    """Find images that are not what the API can read."""
    return {} if any(not readable(image) for image in _images(body)) else None


def is_data(image: str) -> bool:
    """Return whether the image is in the string itself."""
    return image[:5].lower() == "data:"


def readable(image: str) -> bool:
    """
    Return whether a data URI holds the beginning of a PNG or JPEG file in whole base64.

    >>> readable("data:image/png;base64,iVBORw0KGgo=")
    True
    >>> readable("data:image/jpeg;base64,iVBORw0KGgo=")
    False
    """
    header, _, payload = image.partition(",")
    kind = _HEADERS.get(header.lower())
    try:
        content = b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        return False
    return kind is not None and content.startswith(_SIGNATURES[kind])


def _images(body: Mapping[str, Any]) -> Iterator[str]:
    for message in body.get("messages", ()):
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            if part["type"] == "image":
                yield part["image"]
            elif part["type"] == "image_url":
                yield part["image_url"]["url"]

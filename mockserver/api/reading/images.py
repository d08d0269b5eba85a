"""
Checks the images in a request: their number, their form, and the model's support for them.

According to the documentation the API accepts PNG and JPEG as base64 data URIs, at most five in a
request, for models with vision. The API's answers to other images are not published.
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
    """Return details if there are images but the model has no vision, else None."""
    return {} if not model.vision and any(_images(body)) else None


def too_many(body: Mapping[str, Any], _: Model, how: Validation) -> dict[str, object] | None:
    """Return details if there are more images than a request may hold, else None."""
    return {"reason": how.images} if sum(1 for _ in _images(body)) > how.images else None


def by_url(body: Mapping[str, Any], _: Model, __: Validation) -> dict[str, object] | None:
    """Return details if the server would have to fetch an image, else None."""
    return {} if any(not is_data(image) for image in _images(body)) else None


def unreadable(body: Mapping[str, Any], _: Model, __: Validation) -> dict[str, object] | None:
    """Return details if an image is not valid PNG or JPEG data, else None."""
    return {} if any(not readable(image) for image in _images(body)) else None


def is_data(image: str) -> bool:
    """Return whether the image is a data URI."""
    return image[:5].lower() == "data:"


def readable(image: str) -> bool:
    """
    Return whether a data URI is complete base64 that begins like a PNG or JPEG file.

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

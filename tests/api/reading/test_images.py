from base64 import b64encode

import pytest

from mockserver.api.contract import editions
from mockserver.api.contract.edition_settings import Validation
from mockserver.api.reading import images

SEEING = editions.load("2026-11").models["qwen-3.8-27b"]
BLIND = editions.load("2026-11").models["gpt-oss-120b"]
PNG = b64encode(b"\x89PNG\r\n\x1a\n and so on").decode()
JPEG = b64encode(b"\xff\xd8\xff\xe0 and so on").decode()


def part(image):
    return {"type": "image", "image": image}


def asked(*parts):
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "?"}, *parts]}]}


GOOD = part(f"data:image/png;base64,{PNG}")


@pytest.mark.parametrize(
    ("image", "data", "readable"),
    [
        (f"data:image/png;base64,{PNG}", True, True),
        (f"data:image/jpeg;base64,{JPEG}", True, True),
        (f"DATA:image/PNG;base64,{PNG}", True, True),
        (f"data:image/png;base64,{JPEG}", True, False),
        (f"data:image/jpg;base64,{JPEG}", True, False),
        (f"data:image/webp;base64,{PNG}", True, False),
        (f"data:image/png;base64,{PNG[:-1]}", True, False),
        (f"data:image/png;base64,{PNG} ", True, False),
        ("data:image/png;base64,", True, False),
        ("data:image/png;base64,größer", True, False),
        ("data:", True, False),
        ("https://example.com/cat.png", False, False),
        (PNG, False, False),
        ("", False, False),
    ],
)
def test_forms(image, data, readable):
    """An image is a PNG or JPEG file, in base64, and what it says it is."""
    assert (images.is_data(image), images.readable(image)) == (data, readable)
    for body in (
        asked(part(image)),
        asked({"type": "image_url", "image_url": {"url": image, "detail": "auto"}}),
    ):
        assert images.by_url(body, SEEING, Validation()) == (None if data else {})
        assert images.unreadable(body, SEEING, Validation()) == (None if readable else {})


def test_model_that_cannot_see():
    """Images are for models with vision; text in parts is for all."""
    assert images.unsupported(asked(GOOD), BLIND, Validation()) == {}
    assert images.unsupported(asked(GOOD), SEEING, Validation()) is None
    assert images.unsupported(asked(), BLIND, Validation()) is None


def test_number():
    """The images of all messages count, and how many there may be is the edition's affair."""
    body = {"messages": asked(GOOD, GOOD)["messages"] * 2 + asked(GOOD)["messages"]}
    assert images.too_many(body, SEEING, Validation()) is None
    assert images.too_many(body, SEEING, Validation(images=4)) == {"reason": 4}


def test_no_messages():
    """Text completions, and messages without parts, hold no images."""
    for body in ({"prompt": "hi"}, {"messages": [{"role": "assistant"}, {"content": "hi"}]}):
        assert images.unsupported(body, BLIND, Validation()) is None

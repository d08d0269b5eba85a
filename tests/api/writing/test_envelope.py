import json

import pytest

from mockserver.api.writing.envelope import envelope, fingerprint

USAGE = ("total_tokens", "completion_tokens_details", "prompt_tokens_details", "image_tokens")
DETAILS = (("reasoning_tokens",), ("cached_tokens", "image_tokens"))
TIMES = ("total_time", "created")
FILLED = {
    "total_tokens": 9,
    "reasoning_tokens": 1,
    "cached_tokens": 128,
    "image_tokens": 280,
    "total_time": 0.25,
    "created": 12.5,
    "queue_time": 3.0,
}


def filled(model="m", details=DETAILS, *, vision=True):
    before, after, tail, values = envelope("thing", model, USAGE, details, TIMES, vision=vision)
    return json.loads(before % "x-1" + after % 12.9 + tail % values(FILLED))


def test_frame():
    """An answer has its keys in the order of the API, and those of the edition in its own."""
    body = filled()
    assert list(body) == [
        *("id", "choices", "created", "model", "system_fingerprint", "object"),
        *("usage", "time_info"),
    ]
    assert (body["id"], body["choices"], body["created"]) == ("x-1", [], 12)
    assert (body["model"], body["object"]) == ("m", "thing")
    assert list(body["usage"].items()) == [
        ("total_tokens", 9),
        ("completion_tokens_details", {"reasoning_tokens": 1}),
        ("prompt_tokens_details", {"cached_tokens": 128, "image_tokens": 280}),
        ("image_tokens", 280),
    ]
    assert list(body["time_info"].items()) == [("total_time", 0.25), ("created", 12.5)]


def test_left_out():
    """What a model does not count is not there."""
    usage = filled(vision=False)["usage"]
    assert usage["prompt_tokens_details"] == {"cached_tokens": 128}
    assert "image_tokens" not in usage
    assert "prompt_tokens_details" not in filled(details=((), None))["usage"]
    assert filled(details=((), None))["usage"]["completion_tokens_details"] == {}


@pytest.mark.parametrize("model", ["100%", "%s%d%(x)r", 'a"b', "modèle"])
def test_model(model):
    """Whatever a model is called stands there as it is."""
    assert filled(model)["model"] == model


def test_fingerprint():
    """The fingerprint has twenty digits and tells models apart, not answers."""
    one, same, other = (filled(name)["system_fingerprint"] for name in "mmx")
    prefix, _, digits = one.partition("_")
    assert (prefix, len(digits), int(digits, 16) > 0) == ("fp", 20, True)
    assert one == same == fingerprint("m") != other

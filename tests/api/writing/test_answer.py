import json

import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.model.generated_choice import GeneratedChoice
from mockserver.api.writing import answer, chat
from mockserver.api.writing.answer import Stamp
from mockserver.api.writing.encoder import EncodedAnswer
from mockserver.core.seeding import HexStream

MODEL = Model(context=8192, max_output=8192, speed=1000)


def whole(**changes):
    said = GeneratedChoice(("a", "b", "c"), "stop")
    fields = {
        "model": MODEL,
        "model_id": "m",
        "prompt": 40,
        "choices": (said,),
    }
    return answer.Answer(**(fields | changes))


def usage_of(answer, cached=0):
    document = EncodedAnswer(chat.FORM, answer).document(Stamp("1", 12.5, 0.1, cached))
    return json.loads(document.data)["usage"]


def test_stamp():
    """An id has the form of a UUID and follows from the randomness alone, as does the wait."""
    stamp = answer.stamp(12.5, HexStream("1"), 128)
    assert [len(part) for part in stamp.number.split("-")] == [8, 4, 4, 4, 12]
    assert stamp.number.replace("-", "") == HexStream("1").draw(32)
    assert stamp == answer.stamp(12.5, HexStream("1"), 128)
    assert stamp.number != answer.stamp(12.5, HexStream("2")).number
    assert (stamp.created, stamp.cached) == (12.5, 128)
    assert 0.0001 <= stamp.queue <= 0.0005


def test_usage():
    """The total is prompt plus completion, in the key order of the API."""
    usage = usage_of(whole())
    assert list(usage) == [
        "total_tokens",
        "completion_tokens",
        "completion_tokens_details",
        "prompt_tokens",
        "prompt_tokens_details",
    ]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (
        40,
        3,
        43,
    )
    assert usage["prompt_tokens_details"] == {"cached_tokens": 0}


def test_usage_with_images():
    """Models that see count images as well."""
    seeing = Model(context=1, max_output=1, speed=1, vision=True)
    details = usage_of(whole(model=seeing))["prompt_tokens_details"]
    assert details == {"cached_tokens": 0, "image_tokens": 0}


def test_usage_of_everything():
    """Thoughts, cached and predicted tokens are counted in their places, choices together."""
    said = GeneratedChoice(("a", "b"), "stop", ("h", "m"), hidden=1, prediction=(2, 5))
    usage = usage_of(whole(choices=(said, GeneratedChoice(("c",), "stop"))), cached=128)
    assert usage["completion_tokens"] == 6
    assert usage["completion_tokens_details"] == {
        "accepted_prediction_tokens": 2,
        "rejected_prediction_tokens": 5,
        "reasoning_tokens": 3,
    }
    assert usage["prompt_tokens_details"] == {"cached_tokens": 128}


def test_usage_of_choices():
    """Each choice counts, with its thoughts and predictions, and so does what is not returned."""
    said = GeneratedChoice(("a",), "stop", ("h",), prediction=(1, 2))
    others = (
        GeneratedChoice(("b",), "stop", ("h", "m"), prediction=(3, 4)),
        GeneratedChoice(("c",), "stop", hidden=5),
    )
    answer = whole(choices=(said, *others), discarded=9)
    assert answer.tokens == usage_of(answer)["completion_tokens"] == 20
    assert usage_of(answer)["completion_tokens_details"] == {
        "accepted_prediction_tokens": 4,
        "rejected_prediction_tokens": 6,
        "reasoning_tokens": 8,
    }


@pytest.mark.parametrize(("speed", "seconds"), [(500, 2.0), (1000, 1.0), (2000, 0.5)])
def test_times_follow_the_speed(speed, seconds):
    """Writing takes as long as the model's speed says, and reading is much faster."""
    model = Model(context=8192, max_output=8192, speed=speed)
    said = GeneratedChoice(("a",) * 1000, "stop")
    slow = whole(model=model, prompt=100, choices=(said,))
    assert slow.writing == pytest.approx(seconds, rel=0.01)
    assert 0 < slow.reading < slow.writing


def test_times_of_nothing():
    """No time is so small that encoders would differ in how they write it."""
    least = whole(prompt=0, choices=(GeneratedChoice((), "stop"),))
    assert min(least.reading, least.writing) >= 0.0001

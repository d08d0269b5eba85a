import json

import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.contract.edition_settings import Bodies
from mockserver.api.model.generated_choice import GeneratedChoice
from mockserver.api.writing import chat, completions
from mockserver.api.writing.answer import Answer, Stamp
from mockserver.api.writing.encoder import EncodedAnswer
from mockserver.core.sse import DONE, dumps, event, parsed
from mockserver.plan import expand, tokens_of

MODEL = Model(context=8192, max_output=8192, speed=1000)
FORMS = {"chat": chat.FORM, "completions": completions.FORM}
TIMES = ("queue_time", "prompt_time", "completion_time", "total_time")


@pytest.fixture(params=FORMS)
def written(request):
    """Return a builder of answers in each form; keyword arguments change the answer."""

    def build(**changes):
        said = GeneratedChoice(("a", ' "b', "\n"), "stop")
        return EncodedAnswer(FORMS[request.param], Answer("m", MODEL, 40, (said,), **changes))

    return build


def stamp(number="1", cached=0):
    return Stamp(number, 12.5, 0.25, cached)


def test_stamp(written):
    """An answer can be given twice; what differs is what the stamp says."""
    answer = written()
    one, other = (json.loads(answer.document(stamp(name)).data) for name in ("x-1", "x-2"))
    assert one["id"].endswith("x-1")
    assert one | {"id": other["id"]} == other
    assert (one["created"], other["created"]) == (12, 12)


def test_tail(written):
    """An answer ends with its usage and its times, the creation first, streamed or not."""
    document = json.loads(written().document(stamp()).data)
    last = parsed(expand(written().stream(stamp(), done=False))[-1].data)
    for body in (document, last):
        assert list(body)[-2:] == ["usage", "time_info"]
        times = body["time_info"]
        assert list(times) == ["created", *TIMES]
        assert (times["created"], times["queue_time"]) == (12.5, 0.25)
        assert times["total_time"] > sum(times[name] for name in TIMES[:-1])
    assert last["usage"] == document["usage"]


def test_tail_of_an_edition(written):
    """The edition says which times there are, and in which order."""
    bodies = Bodies(time_info=("total_time", "created"))
    body = json.loads(written(bodies=bodies).document(stamp()).data)
    assert list(body["time_info"]) == ["total_time", "created"]
    assert body["time_info"]["total_time"] == written(bodies=bodies).seconds(stamp())


def test_usage_of_each_stamp(written):
    """What came from the prompt cache is told each time anew."""
    answer = written()
    shown = [
        json.loads(answer.document(stamp(cached=tokens)).data)["usage"]["prompt_tokens_details"]
        for tokens in (0, 128, 0)
    ]
    assert [details["cached_tokens"] for details in shown] == [0, 128, 0]


def test_bytes(written):
    """Documents and events have the bytes that the encoder would write."""
    document = written().document(stamp()).data
    assert document == dumps(json.loads(document))
    *events, done = expand(written().stream(stamp(), done=True))
    assert done.data == DONE
    for one in events:
        assert one.data == event(parsed(one.data))


def test_tokens(written):
    """A document and a stream hand over all tokens, one in each event."""
    answer = written()
    assert answer.tokens == answer.document(stamp()).tokens == 3
    events = answer.stream(stamp(), done=False)
    assert tokens_of(events) == tokens_of(expand(events)) == 3
    assert [one.tokens for one in expand(events) if one.tokens] == [1, 1, 1]

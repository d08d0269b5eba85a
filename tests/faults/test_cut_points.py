import pytest

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults.cut_points import INSIDES, Piece, parted_at, pieces
from mockserver.plan import Close, Data, End, Head, Wait, expand

EVENTS = Head(200, (("content-type", "text/event-stream"),))
JSON = Head(200, (("content-type", "application/json"),))
ONE, TWO, DONE, END = Data(b'data: {"a":1}'), Data(b'data: {"b":"x"}'), Data(b"data: [DONE]"), End()
SIGN = Data(b": keep-alive")
STREAM = (EVENTS, SIGN, ONE, Wait(1), TWO, DONE, END)
DOCUMENT = (Wait(1), JSON, Data(b'{"a":"xyz"}', 5), END)


def test_pieces():
    """A stream has events, and signs of life that are none; a document is one piece."""
    assert pieces(STREAM) == [Piece(12, ONE.data), Piece(25, TWO.data), Piece(40, DONE.data)]
    assert pieces(DOCUMENT) == [Piece(0, b'{"a":"xyz"}')]
    assert pieces((Close(),)) == []


@pytest.mark.parametrize(
    ("plan", "size", "before", "behind"),
    [
        (STREAM, 0, (EVENTS,), STREAM[1:]),
        (STREAM, 12, STREAM[:2], STREAM[2:]),
        (STREAM, 25, STREAM[:3], STREAM[3:]),
        (
            STREAM,
            26,
            (*STREAM[:4], Data(b"d")),
            (Data(b'ata: {"b":"x"}'), DONE, END),
        ),
        (STREAM, 52, STREAM[:6], (END,)),
        (STREAM, 99, STREAM, ()),
        (DOCUMENT, 0, DOCUMENT[:2], DOCUMENT[2:]),
        (DOCUMENT, 6, (*DOCUMENT[:2], Data(b'{"a":"', 2)), (Data(b'xyz"}', 3), END)),
    ],
)
def test_parted_at(plan, size, before, behind):
    """A plan is parted behind the byte, with what stands before it."""
    assert parted_at(plan, size) == (before, behind)


def said(*texts):
    return (EVENTS, *(Data(text.encode()) for text in texts), END)


OPENING = 'data: {"function":{"name":"f","arguments":""}}'
PART = 'data: {"function":{"arguments":"ab"}}'
WHOLE = 'data: {"function":{"name":"f","arguments":"{\\"a\\":1}"}}'


@pytest.mark.parametrize(
    ("inside", "plan", "size", "place"),
    [
        ("json", STREAM, 0, 18),
        ("json", STREAM, 12, 18),
        ("json", STREAM, 13, 32),
        ("json", STREAM, 26, None),
        ("json", DOCUMENT, 0, 5),
        ("json", DOCUMENT, 7, 9),
        ("character", said("data: aéb€"), 0, 8),
        ("character", said("data: aéb€"), 8, 11),
        ("character", said("data: aéb€"), 11, None),
        ("character", said("data: a"), 0, None),
        ("tool_arguments", said(WHOLE), 0, 47),
        ("tool_arguments", said("data: 1", WHOLE, WHOLE), 9, 54),
        ("tool_arguments", said("data: 1", WHOLE, WHOLE), 60, 54 + len(WHOLE)),
        ("tool_arguments", said(OPENING, PART), 0, len(OPENING) + 33),
        ("tool_arguments", said(OPENING, PART, PART), 0, len(OPENING + PART)),
        ("tool_arguments", said(OPENING, PART, PART, PART, OPENING, PART), 0, 120),
        ("tool_arguments", said(OPENING, PART, WHOLE), 0, len(OPENING) + 33),
        ("tool_arguments", said(OPENING), 0, None),
        ("tool_arguments", STREAM, 0, None),
    ],
)
def test_inside(inside, plan, size, place):
    """The next place inside of something is found, or none."""
    assert INSIDES[inside](plan, size) == place


CALL = Script(text="Sure.", tool_calls=(ScriptedCall("add", {"city": "Köln", "days": 3}),))


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("model", ["llama3.1-8b", "gpt-oss-120b", "qwen-3-32b"])
@pytest.mark.parametrize("inside", INSIDES)
def test_real_answers(ask, play, model, stream, inside):
    """Real answers have all these places, and what is let through ends inside of one."""
    plan = expand(play(ask(model=model, stream=stream), reply=CALL).plan)
    place = INSIDES[inside](plan, 0)
    before, _ = parted_at(plan, place)
    text = b"".join(step.data for step in before if isinstance(step, Data))
    assert 0 < len(text) == place
    if inside == "character":
        with pytest.raises(UnicodeDecodeError) as raised:
            text.decode()
        assert raised.value.end == len(text)
    if inside == "tool_arguments":
        assert b'"arguments":' in text
        assert b"days" in b"".join(step.data for step in plan if isinstance(step, Data))
        assert b'days\\":3' not in text

import json
from typing import get_args

import pytest

from mockserver.faults import Error, WrongShape
from mockserver.faults.shape import MISSHAPES, Misshape
from mockserver.plan import expand

NEW = {"x_new": {"since": "tomorrow"}}


def each(plan, objects, *path):
    """Return what stands at a place in each object, or "-"."""

    def at(value):
        for part in path:
            try:
                value = value[part]
            except (LookupError, TypeError):
                return "-"
        return value

    return [at(body) for body in objects(plan)]


def test_table():
    """Each kind has its edit, and each edit says what it is."""
    assert list(MISSHAPES) == list(get_args(Misshape))
    assert all(edit.__doc__ for edit in MISSHAPES.values())


MESSAGE = ("choices", 0, "message")
DELTA = ("choices", 0, "delta")


@pytest.mark.parametrize(
    ("kind", "path", "found"),
    [
        ("null_content", (*MESSAGE, "content"), None),
        ("null_content", ("choices", 0, "finish_reason"), "tool_calls"),
        ("missing_keys", (), None),
        ("missing_keys", ("choices", 0, "index"), "-"),
        ("missing_keys", (*MESSAGE, "tool_calls", 0, "type"), "-"),
        ("missing_keys", (*MESSAGE, "content"), "Hi, you"),
        ("extra_keys", ("x_new",), NEW["x_new"]),
        ("extra_keys", ("usage",), {"total_tokens": 9} | NEW),
        ("extra_keys", (*MESSAGE, "x_new"), NEW["x_new"]),
        ("extra_keys", ("choices", 0, "x_new"), NEW["x_new"]),
        ("wrong_types", ("created",), "5"),
        ("wrong_types", ("choices", 0, "index"), "0"),
        ("wrong_types", (*MESSAGE, "content"), {"a": 1}),
        ("no_choices", ("choices",), "-"),
        ("no_choices", ("id",), "chatcmpl-1"),
        ("empty_choices", ("choices",), []),
        ("unknown_finish_reason", ("choices", 0, "finish_reason"), "abort"),
        ("empty_tool_calls", (*MESSAGE, "tool_calls"), []),
        ("empty_tool_calls", ("choices", 0, "finish_reason"), "tool_calls"),
        (
            "invalid_tool_json",
            (*MESSAGE, "tool_calls", 0, "function", "arguments"),
            '{"b":{"c":1},}',
        ),
    ],
)
def test_document(apply, chat, objects, kind, path, found):
    """A document has the shape that its kind says, and its length."""
    plan = apply(WrongShape(kind), chat)
    if path:
        assert each(plan, objects, *path) == [found]
    else:
        assert [list(body) for body in objects(plan)] == [["choices"]]
    assert plan[0].header("content-length") == str(len(plan[1].data))
    assert plan[1].tokens == chat[1].tokens


@pytest.mark.parametrize(
    ("kind", "path", "found"),
    [
        ("null_content", (*DELTA, "content"), ["-", None, None, *"-----"]),
        ("missing_keys", ("id",), ["-"] * 8),
        ("missing_keys", (*DELTA, "tool_calls", 0, "type"), ["-"] * 8),
        ("extra_keys", (*DELTA, "x_new"), [NEW["x_new"]] * 8),
        ("wrong_types", ("choices", 0, "index"), ["0"] * 8),
        ("wrong_types", (*DELTA, "content"), ["-", "Hi, ", "you", *"-----"]),
        ("no_choices", ("choices",), ["-"] * 8),
        ("empty_choices", ("choices",), [[]] * 8),
        ("unknown_finish_reason", ("choices", 0, "finish_reason"), [*"-------", "abort"]),
        ("empty_tool_calls", (*DELTA, "tool_calls"), [*"---", [], [], [], [], []]),
        ("empty_tool_calls", ("choices", 0, "finish_reason"), [*"-------", "tool_calls"]),
    ],
)
def test_stream(apply, chunks, objects, kind, path, found):
    """So has each event of a stream."""
    plan = apply(WrongShape(kind), chunks)
    assert each(plan, objects, *path) == found
    assert (plan[0], plan[-2:]) == (chunks[0], chunks[-2:])


@pytest.mark.parametrize("kind", get_args(Misshape))
def test_text_completions(ask, play, objects, apply, kind):
    """The choices of a text completion say their words themselves."""
    for stream in (True, False):
        plan = apply(WrongShape(kind), expand(play(ask("completions", stream=stream)).plan))
        texts = {str(text) for text in each(plan, objects, "choices", 0, "text")}
        assert (texts == {"None"}) is (kind == "null_content")


def test_arguments_are_no_json(apply, chunks, objects):
    """The arguments of a streamed call, put together, are no JSON any more."""
    plan = apply(WrongShape("invalid_tool_json"), chunks)
    path = (*DELTA, "tool_calls", 0, "function", "arguments")
    arguments = "".join(each(plan, objects, *path)).replace("-", "")
    assert arguments == '{"b":{"c":1,},}'
    with pytest.raises(json.JSONDecodeError):
        json.loads(arguments)


@pytest.mark.parametrize("kind", get_args(Misshape))
@pytest.mark.parametrize(
    "body",
    [
        {"message": "x"},
        {"choices": 5},
        [1],
        None,
        {"choices": [5, None]},
        {"choices": [{"delta": 5}]},
    ],
)
def test_no_completion(apply, document, kind, body):
    """An error, a list or what another fault has left does no harm, and none is done to it."""
    plan = document(body)
    found = apply(WrongShape(kind), plan)
    if not isinstance(body, dict) or not isinstance(body.get("choices"), list):
        assert found == plan


@pytest.mark.parametrize("kind", get_args(Misshape))
def test_errors_stay(apply, document, kind):
    """An error has no shape to break."""
    plan = apply(Error("queue_exceeded"), document({}))
    assert apply(WrongShape(kind), plan) == plan

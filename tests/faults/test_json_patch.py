import json

import pytest
from pydantic import TypeAdapter, ValidationError

from mockserver.faults import JsonPatch
from mockserver.plan import Close, Data, End, Head

RFC_6901 = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}


@pytest.mark.parametrize(
    ("pointer", "changed"),
    [
        ("/foo", {"foo": "X"}),
        ("/foo/0", {"foo": ["X", "baz"]}),
        ("/", {"": "X"}),
        ("/a~1b", {"a/b": "X"}),
        ("/c%d", {"c%d": "X"}),
        ("/e^f", {"e^f": "X"}),
        ("/g|h", {"g|h": "X"}),
        ("/i\\j", {"i\\j": "X"}),
        ('/k"l', {'k"l': "X"}),
        ("/ ", {" ": "X"}),
        ("/m~0n", {"m~n": "X"}),
    ],
)
def test_pointers(apply, document, objects, pointer, changed):
    """Places are named as in the examples of RFC 6901."""
    [found] = objects(apply(JsonPatch(replace={pointer: "X"}), document(RFC_6901)))
    assert found == RFC_6901 | changed


@pytest.mark.parametrize(
    ("keys", "before", "after"),
    [
        ({"replace": {"": [1]}}, {"a": 1}, [1]),
        ({"replace": {"/b": 1}}, {"a": 1}, {"a": 1}),
        ({"replace": {"/a/b": 1}}, {"a": 1}, {"a": 1}),
        ({"replace": {"/a/2": 1}}, {"a": [1, 2]}, {"a": [1, 2]}),
        ({"replace": {"/a/01": 5}}, {"a": [1, 2]}, {"a": [1, 2]}),
        ({"replace": {"/a/-": 5}}, {"a": [1, 2]}, {"a": [1, 2]}),
        ({"add": {"/b": None}}, {"a": 1}, {"a": 1, "b": None}),
        ({"add": {"/a": 2}}, {"a": 1}, {"a": 2}),
        ({"add": {"/a/1": 5}}, {"a": [1, 2]}, {"a": [1, 5, 2]}),
        ({"add": {"/a/2": 5}}, {"a": [1, 2]}, {"a": [1, 2, 5]}),
        ({"add": {"/a/-": 5}}, {"a": [1, 2]}, {"a": [1, 2, 5]}),
        ({"add": {"/a/3": 5}}, {"a": [1, 2]}, {"a": [1, 2]}),
        ({"add": {"/b/c": 5}}, {"a": 1}, {"a": 1}),
        ({"add": {"/a/b": 5}}, {"a": "text"}, {"a": "text"}),
        ({"remove": ("/a/0",)}, {"a": [1, 2]}, {"a": [2]}),
        ({"remove": ("/a", "/b")}, {"a": 1, "c": 2}, {"c": 2}),
        ({"remove": ("/a",), "replace": {"/a": 1}, "add": {"/a": 2}}, {"a": 0}, {"a": 2}),
    ],
)
def test_operations(apply, document, keys, before, after):
    """Operations are those of RFC 6902; what is not there is passed over."""
    _, data, _ = apply(JsonPatch(**keys), document(before))
    assert json.loads(data.data) == after


def test_every_event(apply, chunks, objects):
    """Each event that has the place is edited, the others and ``[DONE]`` stay as they are."""
    plan = apply(JsonPatch(replace={"/choices/0/delta/content": None}), chunks)
    contents = [body["choices"][0]["delta"].get("content", "-") for body in objects(plan)]
    assert contents == ["-", None, None, "-", "-", "-", "-", "-"]
    changed = [at for at, (old, new) in enumerate(zip(chunks, plan, strict=True)) if old != new]
    assert changed == [2, 3]
    assert [step.tokens for step in plan[1:-1]] == [step.tokens for step in chunks[1:-1]]


@pytest.mark.parametrize("length", [True, False])
def test_length(apply, document, length):
    """A document that is framed by its length still is, in bytes."""
    before = document({"a": 1}, length=length)
    head, data, _ = apply(JsonPatch(add={"/b": "größer"}), before)
    assert head.header("content-length") == (str(len(data.data)) if length else None)


def test_values_are_not_shared(apply, stream, objects):
    """What is added to one event, and edited there, is not in the next one's way."""
    fault = JsonPatch(add={"/b": {}, "/b/c": [], "/b/c/-": 1})
    assert [body["b"] for body in objects(apply(fault, stream({}, {})))] == [{"c": [1]}] * 2
    assert fault.add == {"/b": {}, "/b/c": [], "/b/c/-": 1}


@pytest.mark.parametrize(
    "plan", [(Close(),), (Head(502), Data(b"<html>"), End()), (Head(204), End()), ()]
)
def test_no_json(apply, plan):
    """What is no JSON stays as it is."""
    assert apply(JsonPatch(replace={"": 1}), plan) == plan


@pytest.mark.parametrize("pointer", ["choices", "/a~2", "/a~", "$.choices[0]"])
def test_no_pointer(told, pointer):
    """What is no pointer is refused, with examples, in Python and in YAML."""
    said = "should be a JSON Pointer (RFC 6901), such as /choices/0/message/content or /usage"
    for keys in ({"remove": (pointer,)}, {"replace": {pointer: 1}}, {"add": {pointer: 1}}):
        with pytest.raises(ValueError, match="should be a JSON Pointer"):
            JsonPatch(**keys)
        with pytest.raises(ValidationError) as caught:
            TypeAdapter(JsonPatch).validate_python(keys)
        assert told(caught.value.errors()[0]) == said


def test_nothing_left():
    """A document can't be removed as a whole."""
    with pytest.raises(ValueError, match="'' means the whole document"):
        JsonPatch(remove=("",))

import pytest

from mockserver.plan import Data, End, Head
from pytest_cerebras.mutation.pieces import arguments, contents, divided, tool_names, with_texts

CALL = {"index": 0, "function": {"name": "weather", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("body", "texts", "given", "names"),
    [
        ({"choices": [{"index": 0, "message": {"content": "Hi"}}]}, ["Hi"], [], []),
        ({"choices": [{"index": 0, "delta": {"content": "Hi"}}]}, ["Hi"], [], []),
        ({"choices": [{"index": 0, "text": "Hi"}]}, ["Hi"], [], []),
        ({"choices": [{"index": 0, "delta": {"content": ""}}]}, [], [], []),
        ({"choices": [{"index": 0, "message": {"tool_calls": [CALL]}}]}, [], ["{}"], ["weather"]),
        ({"choices": [{"index": 0, "message": {"tool_calls": [{}]}}]}, [], [], []),
        ({"choices": [{"index": 0, "message": ["odd"]}]}, [], [], []),
        ({"data": []}, [], [], []),
        (["no", "object"], [], [], []),
    ],
)
def test_finders(body, texts, given, names):
    """Documents, events and text completions have their texts in different places."""
    assert [piece.text for piece in contents(body)] == texts
    assert [piece.text for piece in arguments(body)] == given
    assert [piece.text for piece in tool_names(body)] == names


def test_pieces_of_one_text_are_changed_together():
    """Each choice is a text of its own, over all its events."""
    events = [(0, "a"), (1, "x"), (0, "b"), (1, "y")]
    plan = (Head(200), *(event(index, text) for index, text in events), End())
    changed = with_texts(plan, contents, lambda pieces: pieces[::-1])
    assert changed == (Head(200), event(0, "b"), event(1, "y"), event(0, "a"), event(1, "x"), End())


def event(index, text):
    data = f'data: {{"choices":[{{"index":{index},"delta":{{"content":"{text}"}}}}]}}\n\n'
    return Data(data.encode())


def test_unchanged_plan_is_the_same():
    """A plan is not written anew for nothing."""
    plan = (Head(200), Data(b'{ "choices": [ {"index": 0, "text": "a"} ] }'), End())
    assert with_texts(plan, contents, lambda pieces: pieces) is plan


@pytest.mark.parametrize(
    ("text", "count", "parts"),
    [("abcdef", 2, ["abc", "def"]), ("ab", 3, ["", "a", "b"]), ("", 2, ["", ""])],
)
def test_divided(text, count, parts):
    """Nothing is lost, and there are as many parts as asked for."""
    assert divided(text, ["?"] * count) == parts

import json

import pytest

from mockserver.core.messages import Request
from mockserver.scenario import RequestView
from mockserver.scenario.request_predicates import contains

HI = {"role": "user", "content": "hi"}


def view(body, **fields):
    return RequestView(
        "chat", request=Request("POST", "/", {}, json.dumps(body).encode()), **fields
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            {"messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]},
            "a\nb",
        ),
        ({"messages": [{"role": "assistant", "content": None}, HI]}, "hi"),
        ({"messages": [{"role": "assistant"}]}, ""),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "a"},
                            {"type": "image", "image": "x"},
                            {"type": "text", "text": "b"},
                        ],
                    }
                ]
            },
            "a\n\nb",
        ),
        ({"messages": [3, {"content": 4}, {"content": [5, {"text": None}]}]}, "4\n\n"),
        ({"messages": "hi"}, ""),
        ({"prompt": "once"}, "once"),
        ({"prompt": ["a", "b"]}, "a\nb"),
        ({"prompt": [1, 2]}, "1\n2"),
        ({"prompt": None}, ""),
        ({}, ""),
    ],
)
def test_prompt(body, text):
    """It is the text of all messages, or the prompt, however odd the body is."""
    assert view(body).prompt == text


@pytest.mark.parametrize(
    ("body", "count"),
    [({}, 0), ({"messages": []}, 0), ({"messages": [HI, 3]}, 2), ({"messages": 3}, 0)],
)
def test_messages(body, count):
    """Messages are counted, good and bad ones."""
    assert view(body).messages == count


@pytest.mark.parametrize(
    ("tools", "names"),
    [
        (None, ()),
        ([], ()),
        (
            [{"type": "function", "function": {"name": "a"}}, {"function": {"name": "b"}}],
            ("a", "b"),
        ),
        ([3, {"function": 4}], ("None", "None")),
        ("a", ()),
    ],
)
def test_tools(tools, names):
    """Tools go by the names of their functions."""
    assert view({"tools": tools}).tools == names


def test_model_and_stream():
    """Both stand in the body; the model may stand in the path instead."""
    found = view({"model": "a", "stream": True}, about="b")
    assert (found.model, found.stream) == ("a", True)
    assert RequestView("model", "b").model == "b"
    assert (RequestView().model, RequestView().stream, RequestView().key) == ("", False, None)


LONG = "x" * 1_100  # twice as many letters are a long text, of which results are cached


@pytest.mark.parametrize("words", ["", "b", "ab", "a\nb", "b\nx", "xy", "yc", "d", "x" * 1_101])
@pytest.mark.parametrize(
    "said",
    [
        [],
        ["a", "b"],
        ["ab", f"{LONG}{LONG}y", "c"],
        ["a", f"b\n{LONG}{LONG}", "d"],
        [f"d{LONG}{LONG}", f"{LONG}{LONG}ab", None],
        [LONG * 25, "d"],
    ],
)
def test_says(said, words):
    """It says what its prompt contains, in whichever text that is, and however often it is sent."""
    for _ in range(2):
        one = view({"messages": [{"role": "user", "content": text} for text in said]})
        assert one.says(words) is (words in one.prompt)
        assert contains(words).holds(one) is (words in one.prompt)
    assert view({"prompt": ["ab", f"{LONG}{LONG}"]}).says(words) is (words in f"ab\n{LONG}{LONG}")


def test_body_is_not_read_twice():
    """A body that has been read is taken as it is."""
    assert view({"model": "a"}, read={"model": "b"}).model == "b"


def test_values_are_looked_up_once():
    """The rules that look at one place share what they find."""
    looked = []

    def find(body):
        looked.append(body)
        return [1]

    one = view({"a": 1})
    assert [one.at("$.a", find) for _ in range(3)] == [[1]] * 3
    assert looked == [{"a": 1}]

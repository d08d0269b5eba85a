import pytest

from mockserver.api.model.generated_choice import Call, GeneratedChoice

CALL = Call("1", "get", ("{", "}"))


@pytest.mark.parametrize(
    ("said", "content", "tokens", "reasoning"),
    [
        (GeneratedChoice(("a", " b"), "stop"), "a b", 2, 0),
        (GeneratedChoice((), "length"), "", 0, 0),
        (GeneratedChoice((), "stop"), "", 0, 0),
        (GeneratedChoice((), "length", ("h", "m")), None, 2, 2),
        (GeneratedChoice((), "length", hidden=5), None, 5, 5),
        (GeneratedChoice(("<", "x"), "length", raw=2), "<x", 2, 2),
        (GeneratedChoice((), "tool_calls", calls=(CALL, CALL)), None, 6, 0),
        (GeneratedChoice(("a",), "tool_calls", ("h",), (CALL,)), "a", 5, 1),
    ],
)
def test_said(said, content, tokens, reasoning):
    """What was said counts its tokens, and has no content if it never came to it."""
    assert (said.content, said.tokens, said.reasoning_tokens) == (content, tokens, reasoning)


def test_call():
    """The arguments of a call are its tokens, joined; its name is one token more."""
    assert (CALL.arguments, CALL.tokens) == ("{}", 3)

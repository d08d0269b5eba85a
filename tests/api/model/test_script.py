import pytest

from mockserver.api.model.script import Script, ScriptedCall


@pytest.mark.parametrize(
    ("reply", "answers", "says"),
    [
        (Script(), False, False),
        (Script(reasoning="Hm."), False, False),
        (Script(text=""), True, True),
        (Script(tokens=0), True, True),
        (Script(json=[]), True, True),
        (Script(echo=True), True, True),
        (Script(tool_calls=(ScriptedCall("a"),)), True, False),
    ],
)
def test_script(reply, answers, says):
    """A script answers with a content or with calls; thoughts alone are no answer."""
    assert (reply.answers, reply.says) == (answers, says)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"text": "a", "tokens": 3}, "text and tokens"),
        ({"text": "", "json": False}, "text and json"),
        ({"tokens": 0, "echo": True}, "tokens and echo"),
        ({"echo": True, "json": [], "text": "a"}, "text and json and echo"),
    ],
)
def test_several_contents(given, found):
    """A script has one content at most, and says which may stand beside it."""
    with pytest.raises(ValueError, match=f"^has {found}, but only one of text, json, tokens"):
        Script(**given, reasoning="Hm.")


@pytest.mark.parametrize("content", [{"text": "a"}, {"json": 0}, {"tokens": 0}, {"echo": True}])
def test_beside_a_content(content):
    """Calls and thoughts may accompany each content."""
    assert Script(**content, tool_calls=(ScriptedCall("a"),), reasoning="Hm.").says


def test_tag_around_nothing():
    """A tag needs thoughts to put into it."""
    assert not Script(reasoning="Hm.", tag="think").answers
    with pytest.raises(ValueError, match=r"^has a tag, but no reasoning"):
        Script(text="a", tag="think")


@pytest.mark.parametrize(
    ("reply", "plain"),
    [
        (Script(), True),
        (Script(tokens=0), True),
        (Script(tokens=9), True),
        (Script(text=""), False),
        (Script(json=0), False),
        (Script(echo=True), False),
        (Script(reasoning=""), False),
        (Script(tool_calls=(ScriptedCall("a"),)), False),
        (Script(tokens=9, reasoning="Hm."), False),
    ],
)
def test_plain(reply, plain):
    """A plain script says no more than how long the content is."""
    assert reply.plain is plain

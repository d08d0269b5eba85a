import pytest

from mockserver.api.model.reply import Reply, ScriptedCall


@pytest.mark.parametrize(
    ("reply", "answers", "says"),
    [
        (Reply(), False, False),
        (Reply(reasoning="Hm."), False, False),
        (Reply(text=""), True, True),
        (Reply(tokens=0), True, True),
        (Reply(json=[]), True, True),
        (Reply(echo=True), True, True),
        (Reply(tool_calls=(ScriptedCall("a"),)), True, False),
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
    with pytest.raises(ValueError, match=f"^has {found}: of text, json, tokens and echo there may"):
        Reply(**given, reasoning="Hm.")


@pytest.mark.parametrize("content", [{"text": "a"}, {"json": 0}, {"tokens": 0}, {"echo": True}])
def test_beside_a_content(content):
    """Calls and thoughts may stand beside each content."""
    assert Reply(**content, tool_calls=(ScriptedCall("a"),), reasoning="Hm.").says


def test_tag_around_nothing():
    """A tag needs thoughts to stand in it."""
    assert not Reply(reasoning="Hm.", tag="think").answers
    with pytest.raises(ValueError, match=r"^has a tag and no reasoning"):
        Reply(text="a", tag="think")


@pytest.mark.parametrize(
    ("reply", "plain"),
    [
        (Reply(), True),
        (Reply(tokens=0), True),
        (Reply(tokens=9), True),
        (Reply(text=""), False),
        (Reply(json=0), False),
        (Reply(echo=True), False),
        (Reply(reasoning=""), False),
        (Reply(tool_calls=(ScriptedCall("a"),)), False),
        (Reply(tokens=9, reasoning="Hm."), False),
    ],
)
def test_plain(reply, plain):
    """A plain script says no more than how long the content is."""
    assert reply.plain is plain

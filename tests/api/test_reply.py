import pytest

from mockserver.api.reply import Reply, ScriptedCall


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

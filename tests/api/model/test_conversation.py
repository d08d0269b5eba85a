from mockserver.api.model import conversation

USER = {"role": "user", "content": "Do it."}
CALL = {"role": "assistant", "tool_calls": [{"function": {"name": "add", "arguments": "{}"}}]}
TOOL = {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "5"}]}
SAID = {"role": "assistant", "content": "Calling tools: [{'name': 'add', 'arguments': {}}]"}
SEEN = {"role": "user", "content": "Observation:\n5"}


def test_results():
    """What tools said counts up to the last word of the user, in whoever's name it stands."""
    for messages in ([USER, CALL, TOOL], [USER, SAID, SEEN]):
        body = {"messages": messages}
        assert conversation.results(body) == ["5"]
        assert conversation.called(body) == {"add"}
        assert conversation.task(body) == "Do it."
        assert conversation.results({"messages": [*messages, USER]}) == []
        assert conversation.called({"messages": [*messages, USER]}) == set()


def test_refused_calls():
    """A call that a framework refused is made again, but not for ever."""
    refused = {**TOOL, "content": "1 validation error: ... Fix the errors and try again."}
    said = {**TOOL, "content": "No flight. Try again tomorrow?"}
    for messages, expected in (
        ([USER, CALL, refused], []),
        ([USER, CALL, TOOL, CALL, refused], ["5"]),
        ([USER, CALL, refused, CALL, TOOL], [refused["content"], "5"]),
        ([USER, *[CALL, refused] * 3], [refused["content"]] * 3),
        ([USER, CALL, said], [said["content"]]),
    ):
        assert conversation.results({"messages": messages}) == expected


def test_feedback():
    """A framework that asks for the answer once more, as the user, does not begin anew."""
    feedback = {"role": "user", "content": "No output. Fix the errors and try again."}
    body = {"messages": [USER, CALL, TOOL, SAID, feedback]}
    assert conversation.results(body) == ["5"]
    assert "add" in conversation.called(body)


def test_last_user_text():
    """The last word of the user is the last message of that role, or a prompt."""
    assert conversation.last_user_text({"messages": [USER, SAID, SEEN]}) == SEEN["content"]
    assert conversation.last_user_text({"prompt": ["a", "b"]}) == ""
    assert conversation.task({"prompt": "a"}) == "a"

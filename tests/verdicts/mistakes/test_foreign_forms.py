"""Parts of messages and tools in another vendor's form, and those that are right."""

from __future__ import annotations

import pytest

from mockserver.verdicts.mistakes.foreign_forms import FOREIGN_FORMS

NAMES = {row.name for row in FOREIGN_FORMS}
PNG = "data:image/png;base64,iVBORw0KGgo="
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def said(*content, **keys):
    """Return a body with one message."""
    message = {"role": "user", **({"content": list(content)} if content else {}), **keys}
    return {"messages": [message]}


def offered(**tool):
    """Return a body with one tool."""
    return {"messages": [{"role": "user", "content": "Hi."}], "tools": [tool]}


@pytest.mark.parametrize(
    ("body", "name", "what", "fix"),
    [
        (
            said({"type": "tool_result", "tool_use_id": "1", "content": "a"}),
            "foreign-part",
            "'tool_result', which belongs to Anthropic's API",
            "{'role': 'tool', 'tool_call_id': ..., 'content': ...}",
        ),
        (
            said({"type": "tool_use", "id": "1", "name": "a", "input": {}}, role="assistant"),
            "foreign-part",
            "messages[0].content[0] has the type 'tool_use'",
            "tool_calls",
        ),
        (
            said({"type": "image", "source": {"type": "base64", "data": "aa"}}),
            "foreign-part",
            "'image', which belongs to Anthropic's",
            "'image_url'",
        ),
        (
            said({"type": "text", "text": "a"}, {"type": "input_text", "text": "a"}),
            "foreign-part",
            "content[1] has the type 'input_text', which belongs to OpenAI's Responses API",
            "write 'text'",
        ),
        (
            said({"type": "image_url", "image_url": PNG}),
            "image-url-as-text",
            "messages[0].content[0].image_url is a text",
            "{'type': 'image_url', 'image_url': {'url': ...}}",
        ),
        (
            offered(type="web_search"),
            "builtin-tool",
            "tools[0] has the type 'web_search'",
            "leave the tool out",
        ),
        (
            offered(type="web_search_20250305", name="web_search"),
            "builtin-tool",
            "'web_search_20250305'",
            "run the function in the app",
        ),
        (
            said(text="a"),
            "content-misnamed",
            "messages[0] has 'text' instead of 'content'",
            "write 'content'",
        ),
    ],
)
def test_mistakes(told, body, name, what, fix):
    """The form is told by its name, before the fields that are unknown in it."""
    found = told(body)
    assert found.name == name
    assert what in found.what
    assert fix in found.fix


@pytest.mark.parametrize(
    "body",
    [
        # they are answered
        said({"type": "text", "text": "a"}),
        offered(type="function", function={"name": "look", "parameters": SCHEMA}),
        # something else is wrong with them
        said({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}),
        said({"type": "image_url", "image_url": {"link": PNG}}),
        said(content="a", text="a"),
        said(role="user"),
        offered(type="function", name="look", parameters=SCHEMA),
        offered(type="custom", name="look", input_schema=SCHEMA),
        offered(type="function"),
    ],
)
def test_innocents(told, body):
    """What this API takes, or refuses for another reason, is of nobody else's form."""
    found = told(body)
    assert found is None or found.name not in NAMES

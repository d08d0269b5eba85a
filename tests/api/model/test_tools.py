import json

import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.model import tools
from mockserver.api.model.conversation import last_user_text
from mockserver.api.model.generate import GenerationRequest, generate
from mockserver.api.model.script import Script, ScriptedCall
from mockserver.core.seeding import HexStream, SeededText


def tool(name, description=None):
    return {"type": "function", "function": {"name": name, "description": description}}


WEATHER = tool("getWeather", "Look up temperature and rain for cities")
ADD = tool("add", "Add two integers")
STOCKS = tool("stock_price")
USER = {"role": "user", "content": "Use the add tool: what is 2 + 3?"}
TOOL = {"role": "tool", "tool_call_id": "1", "content": "5"}


def names(content="Hello!", *more, **body):
    messages = [{"role": "user", "content": content}, *more]
    body = {"tools": [WEATHER, ADD, STOCKS], "messages": messages, **body}
    return [one["name"] for one in tools.wanted(body)]


@pytest.mark.parametrize(
    ("content", "called"),
    [
        ("Use the add tool: what is 2 + 3?", ["add"]),
        ("How is the WEATHER?", ["getWeather"]),
        ("Is it raining in the city? Two integers!", ["add"]),
        ("rain", ["getWeather"]),
        ("What are the prices of stocks, and the weather?", ["getWeather", "stock_price"]),
        ("Please use a tool and get me something", []),
        ("", []),
        ([{"type": "text", "text": "Which"}, {"type": "text", "text": "stock?"}], ["stock_price"]),
    ],
)
def test_auto(content, called):
    """Left to itself, the model calls each tool that shares a significant word with the user."""
    assert names(content) == names(content, tool_choice="auto") == called
    assert names(content, parallel_tool_calls=False) == called[:1]


@pytest.mark.parametrize(
    ("body", "called"),
    [
        ({"tool_choice": "none"}, []),
        ({"tool_choice": "required"}, ["add"]),
        (
            {"tool_choice": {"type": "function", "function": {"name": "stock_price"}}},
            ["stock_price"],
        ),
        ({"tool_choice": {"type": "function", "function": {"name": "nothing"}}}, ["nothing"]),
        ({"tools": []}, []),
        ({"tools": None}, []),
    ],
)
def test_choice(body, called):
    """A choice of the client's goes before what the words say."""
    assert names("add", **body) == called


def test_required():
    """Something is called even if nothing fits."""
    assert names("Hello!", tool_choice="required") == ["getWeather"]


def test_after_a_result():
    """Once a tool has answered, only a choice of the client's calls another."""
    assert names("add", TOOL) == []
    assert names("add", TOOL, tool_choice="required") == ["add"]
    assert names("add", TOOL, {"role": "user", "content": "weather"}) == ["getWeather"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"prompt": "Once"}, "Once"),
        ({"prompt": ["Once", "Twice"]}, ""),
        ({"messages": [USER, TOOL]}, USER["content"]),
        ({"messages": [TOOL]}, ""),
    ],
)
def test_last_user_text(body, text):
    """The last user message is what an echo says."""
    assert last_user_text(body) == text


PLACES = {
    "name": "weather_report",
    "parameters": {"type": "object", "properties": {"place": {"type": "string"}}},
}
TIMES = {"name": "clock", "description": "Tell the time", "parameters": {"type": "object"}}


@pytest.mark.parametrize(
    ("body", "name", "keys"),
    [
        ({"tools": [PLACES, TIMES]}, "weather_report", ["place"]),
        ({"tools": [TIMES, PLACES]}, "clock", ["city"]),
        ({"tools": [PLACES, TIMES], "asked": "What time is it?"}, "clock", ["city"]),
        ({"tools": [{"name": "auto"}]}, "auto", ["city"]),
        ({}, "auto", ["city"]),
    ],
)
def test_call_of_any_tool(body, name, keys):
    """A call of ``auto`` is one that the request offers, with arguments of its schema, if any."""
    asked = body.get("asked", "Say something.")
    offered = [{"type": "function", "function": one} for one in body.get("tools", ())]
    extra = {"tools": offered} if offered else {}
    script = Script(tool_calls=(ScriptedCall("auto", {"city": "Bonn"}),))
    body = {"messages": [{"role": "user", "content": asked}], **extra}
    model = Model(context=8192, max_output=8192, speed=1000)
    said = generate(script, GenerationRequest(body, model, 9999), SeededText(1), HexStream("2"))
    (call,) = said.calls
    assert (call.name, list(json.loads(call.arguments))) == (name, keys)
    if keys == ["place"]:
        assert len(json.loads(call.arguments)["place"].split()) == 8


def test_so_many_calls_at_once():
    """However many tools fit, a model calls some of them."""
    offered = [tool(f"weather_{at}") for at in range(100)]
    assert names("weather", tools=offered) == [f"weather_{at}" for at in range(16)]

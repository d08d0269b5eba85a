import json

import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.model import tools
from mockserver.api.model.final_tools import ends_run
from mockserver.api.model.generate import GenerationRequest, generate
from mockserver.api.model.script import Script
from mockserver.core.seeding import HexStream, SeededText


def tool(name, description="", **properties):
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


STRING = {"type": "string"}
WEATHER = tool("get_weather", "Weather of a city", city=STRING)
ANSWER = tool("final_answer", "Provides a final answer to the given problem.", answer=STRING)
RESULT = tool("final_result", "", city=STRING, degrees={"type": "integer"})
REPORT = tool("Report", "A report", city=STRING)
USER = {"role": "user", "content": "What is the weather in Paris? Give an answer."}
CALL = {
    "role": "assistant",
    "tool_calls": [{"function": {"name": "get_weather", "arguments": "{}"}}],
}
TOOL = {"role": "tool", "tool_call_id": "1", "content": "Rain, 12 degrees"}
SAID = {"role": "assistant", "content": "Calling tools: [{'name': 'get_weather'}]"}
SEEN = {"role": "user", "content": "Observation:\nRain, 12 degrees"}


@pytest.mark.parametrize(
    ("name", "description", "ends"),
    [
        ("final_answer", "", True),
        ("finalResult", "", True),
        ("submit_answer", "", True),
        ("finish", "", True),
        ("Output", "The final response which ends this conversation", True),
        ("end_call", "Hang up", False),
        ("submit_order", "", False),
        ("complete_order", "Complete an order", False),
    ],
)
def test_ends_run(name, description, ends):
    """A tool ends the run by its name or by what is said of it."""
    assert ends_run({"name": name, "description": description}) is ends


@pytest.mark.parametrize(
    ("offered", "messages", "choice", "names"),
    [
        ([WEATHER, ANSWER], [USER], "required", ["get_weather"]),
        ([WEATHER, ANSWER], [USER, SAID, SEEN], "required", ["final_answer"]),
        ([WEATHER, ANSWER], [USER, CALL, TOOL], "auto", ["final_answer"]),
        ([WEATHER, RESULT], [USER, CALL, TOOL], "required", ["final_result"]),
        ([WEATHER, REPORT], [USER, CALL, TOOL], "required", ["Report"]),
        ([WEATHER, REPORT], [USER, CALL, TOOL], "auto", []),
        ([WEATHER], [USER, CALL, TOOL], "required", ["get_weather"]),
        ([ANSWER], [USER], "required", ["final_answer"]),
        ([WEATHER, ANSWER], [USER, CALL, TOOL], "none", []),
    ],
)
def test_loop_ends(offered, messages, choice, names):
    """Once a tool has answered, the one that ends the run is called, or one that is new."""
    body = {"messages": messages, "tools": offered, "tool_choice": choice}
    assert [one["name"] for one in tools.wanted(body)] == names


@pytest.mark.parametrize(
    ("offered", "arguments"),
    [(ANSWER, {"answer": "Rain, 12 degrees"}), (RESULT, {"city": "Paris", "degrees": 12})],
)
def test_final_arguments(offered, arguments):
    """The last call says what the tools have found."""
    body = {"messages": [USER, CALL, TOOL], "tools": [WEATHER, offered], "tool_choice": "required"}
    model = Model(context=8192, max_output=8192, speed=1000)
    (call,) = generate(
        Script(), GenerationRequest(body, model, 999), SeededText(1), HexStream("2")
    ).calls
    assert json.loads(call.arguments) == arguments

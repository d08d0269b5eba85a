"""The twins of the blind tests, which look at what the API says."""

import json

import pytest
from planted_app import (
    SORRY,
    ask,
    ask_all,
    ask_async,
    call_tool,
    complete,
    extract,
    safe_ask,
    safe_call_tool,
    safe_stream,
    stream,
)
from planted_scenarios import CALL, anyio_backend, once, saying  # noqa: F401 (a fixture)

from mockserver.faults import Error

pytestmark = pytest.mark.anyio


def confirm(reply):
    assert len(reply) > 5


def test_01_asserts_something():
    confirm(ask("Why?"))


def test_02_some_text():
    assert ask("Why?")


def test_03_type_and_text(cerebras_mock):
    cerebras_mock.play(saying(text="Because."))
    reply = ask("Why?")
    assert isinstance(reply, str)
    assert reply == "Because."


def test_04_no_excuse():
    assert safe_ask("Why?") != SORRY


def test_05_finished():
    completion = complete("Why?")
    assert completion.choices[0].finish_reason == "stop"


def test_06_model():
    assert complete("Why?").model == "gpt-oss-120b"


def test_07_length():
    assert len(safe_ask("Why?")) >= 1


def test_08_joins_a_stream(cerebras_mock):
    cerebras_mock.play(saying(text="Since air scatters blue light the most."))
    assert "".join(stream("Why?")) == "Since air scatters blue light the most."


def test_09_pieces():
    assert len([piece for piece in stream("Why?") if piece]) > 3


def test_10_pieces_or_nothing():
    assert any(safe_stream("Why?"))


def test_11_calls_the_tool(cerebras_mock):
    cerebras_mock.play(saying(**CALL))
    name, _ = call_tool("The weather in Bern?")
    assert name == "weather"


def test_12_arguments(cerebras_mock):
    cerebras_mock.play(saying(**CALL))
    _, arguments = safe_call_tool("The weather in Bern?")
    assert json.loads(arguments) == {"city": "Bern"}


class TestInAClass:
    @pytest.mark.parametrize("question", ["Why?"])
    def test_13_through_a_method(self, question):
        self.looks_good(safe_ask(question))

    def looks_good(self, reply):
        assert "sorry" not in reply
        assert reply


async def test_14_awaits_text():
    assert await ask_async("Why?")


async def test_15_looks_at_answers():
    answers = await ask_all(["One?", "Two?", "Three?"])
    assert all(answers)
    assert SORRY not in answers


def test_16_survives(cerebras_mock):
    cerebras_mock.play(once(Error(status=503)))
    assert safe_ask("Why?") != SORRY


def test_17_counts_retries(cerebras_mock):
    cerebras_mock.inject(Error("requests_per_minute"), times=1)
    ask("Why?")
    cerebras_mock.assert_requests(2)


@pytest.mark.cerebras_mock(scenario="wrong-key")
def test_18_under_a_scenario_of_its_own():
    assert safe_ask("Why?") == SORRY


@pytest.mark.cerebras_chaos("burst-503")
def test_19_in_a_cell():
    reply = safe_ask("Why?")
    assert reply == SORRY


def test_20_json(cerebras_mock):
    cerebras_mock.play(saying(json={"city": "Bern"}))
    assert extract("Where?") == {"city": "Bern"}

"""Tests that pass whatever the API says, or see only that a request fails."""

import pytest
from planted_app import (
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


def test_01_asserts_nothing():
    ask("Why?")


def test_02_anything_but_none():
    assert ask("Why?") is not None


def test_03_type_only():
    reply = ask("Why?")
    assert isinstance(reply, str)


def test_04_type_of_the_excuse():
    reply = safe_ask("Why?")
    assert type(reply) is str


def test_05_there_are_choices():
    completion = complete("Why?")
    assert completion.choices
    assert completion.choices[0].message is not None


def test_06_equals_itself():
    reply = ask("Why?")
    assert reply == reply


def test_07_no_negative_length():
    assert len(safe_ask("Why?")) >= 0


def test_08_reads_a_stream():
    for _ in stream("Why?"):
        pass


def test_09_types_of_pieces():
    for piece in stream("Why?"):
        assert isinstance(piece, str)


def test_10_some_list_of_pieces():
    pieces = list(safe_stream("Why?"))
    assert pieces is not None


def test_11_calls_some_tool(cerebras_mock):
    cerebras_mock.play(saying(**CALL))
    call_tool("The weather in Bern?")


def test_12_tool_call_or_not(cerebras_mock):
    cerebras_mock.play(saying(**CALL))
    called = safe_call_tool("The weather in Bern?")
    assert called is None or isinstance(called, tuple)


class TestInAClass:
    @pytest.mark.parametrize("question", ["Why?"])
    def test_13_name_of_the_test(self, question):
        reply = safe_ask(question)
        assert question == "Why?"
        assert isinstance(reply, str)


async def test_14_awaits():
    await ask_async("Why?")


async def test_15_counts_answers():
    answers = await ask_all(["One?", "Two?", "Three?"])
    assert len(answers) == 3


def test_16_survives_in_some_way(cerebras_mock):
    cerebras_mock.play(once(Error(status=503)))
    reply = safe_ask("Why?")
    assert isinstance(reply, str)


def test_17_retries_in_silence(cerebras_mock):
    cerebras_mock.inject(Error("requests_per_minute"), times=1)
    ask("Why?")


@pytest.mark.cerebras_mock(scenario="wrong-key")
def test_18_under_a_scenario_of_its_own():
    assert isinstance(safe_ask("Why?"), str)


@pytest.mark.cerebras_chaos("burst-503")
def test_19_in_a_cell():
    reply = safe_ask("Why?")
    assert reply is not None


def test_20_catches_everything(cerebras_mock):
    cerebras_mock.play(saying(json={"city": "Bern"}))
    try:
        found = extract("Where?")
        assert isinstance(found, dict)
    except Exception:
        pass

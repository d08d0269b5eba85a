"""What is recorded of the tools that an app runs, where it is shown, and who judges it."""

from __future__ import annotations

import asyncio
import json
import threading
from operator import attrgetter

import pytest

from mockserver.core.messages import Sender
from pytest_cerebras.session.side_effects import SideEffects


@pytest.fixture
def recorder():
    """Return a recorder whose clock ticks with each look at it."""
    times = iter(range(100_000))
    return SideEffects(lambda: float(next(times)), lambda: Sender("me"))


def kept(recorder):
    return [(one.name, one.arguments, one.failed) for one in recorder]


def test_record(recorder):
    """Name, arguments, time and sender are kept; any argument may be called ``name``."""
    assert recorder.record("pay", name="ann", self=1) is None
    (one,) = recorder
    assert (one.name, one.arguments) == ("pay", {"name": "ann", "self": 1})
    assert (one.at, one.sender) == (0.0, Sender("me"))
    recorder.record("mail")
    assert (recorder.names, len(recorder)) == (["pay", "mail"], 2)
    recorder.clear()
    assert recorder.names == []


def test_bounded(recorder):
    """The last 10,000 are kept."""
    for number in range(10_002):
        recorder.record("pay", number=number)
    assert len(recorder) == 10_000
    assert next(iter(recorder)).arguments == {"number": 2}


def test_threads(recorder):
    """Any thread may record, also while somebody reads."""

    def run():
        for _ in range(200):
            recorder.record("pay")
            assert list(recorder)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorder) == 800


def test_recording(recorder):
    """A function does what it did, and each run is kept with its arguments by their names."""

    def pay(to, cents=5, *rest, **more):
        """Pay somebody."""
        return to, cents, rest, more

    wrapped = recorder.recording(pay)
    assert (wrapped.__name__, wrapped.__doc__) == ("pay", "Pay somebody.")
    assert wrapped("ann", 7, 8, at="noon") == ("ann", 7, (8,), {"at": "noon"})
    assert wrapped(to="bob") == ("bob", 5, (), {})
    assert kept(recorder) == [
        ("pay", {"to": "ann", "cents": 7, "rest": [8], "at": "noon"}, False),
        ("pay", {"to": "bob"}, False),
    ]


def test_recording_of_a_coroutine(recorder):
    """So does a function that is awaited; it is known to run before it is over."""

    async def pay(cents):
        await asyncio.sleep(0)
        return recorder.names, cents

    assert asyncio.run(recorder.recording(pay)(5)) == (["pay"], 5)
    assert kept(recorder) == [("pay", {"cents": 5}, False)]


def test_run_that_raises(recorder):
    """A run that raises is known to have failed, and raises all the same."""

    def pay():
        recorder.record("inside")
        raise KeyError

    async def pay_later():
        raise KeyError

    with pytest.raises(KeyError):
        recorder.recording(pay)()
    with pytest.raises(KeyError):
        asyncio.run(recorder.recording(pay_later)())
    assert kept(recorder) == [("pay", {}, True), ("inside", {}, False), ("pay_later", {}, True)]


def test_recording_of_methods_and_objects(recorder):
    """Whose method it is is no argument, and what has no signature is recorded as called."""

    class Shop:
        @recorder.recording
        def pay(self, cents):
            return cents

        def __call__(self, cents):
            return cents

    assert (Shop().pay(5), recorder.recording(Shop())(6)) == (5, 6)
    assert recorder.recording(dict)(a=1) == {"a": 1}
    with pytest.raises(TypeError):
        recorder.recording(Shop())(1, 2)
    assert kept(recorder) == [
        ("pay", {"cents": 5}, False),
        ("Shop", {"cents": 6}, False),
        ("dict", {"a": 1}, False),
        ("Shop", {"args": [1, 2]}, True),
    ]


@pytest.mark.cerebras_mock(clock="virtual")
def test_on_the_clock_of_the_mock(cerebras_mock, cerebras_client):
    """It is known which requests came before."""
    cerebras_client.models.list()
    cerebras_mock.advance(60)
    cerebras_mock.side_effects.record("pay")
    cerebras_mock.advance(60)
    cerebras_client.models.list()
    (ran,) = cerebras_mock.side_effects
    early, late = map(attrgetter("at"), cerebras_mock.requests)
    assert 60 <= ran.at - early < 61
    assert 60 <= late - ran.at < 61
    assert ran.sender == cerebras_mock.requests[0].request.sender


def test_cleared_with_the_scenario(cerebras_mock):
    """They go with the journal."""
    for begin in (lambda: cerebras_mock.play("healthy"), cerebras_mock.reset):
        cerebras_mock.side_effects.record("pay", cents=5)
        cerebras_mock.assert_side_effects("pay")
        begin()
        cerebras_mock.assert_side_effects()
    told = [[one.name for one in case.side_effects] for _, case in cerebras_mock.played()]
    assert told == [["pay"], ["pay"], []]


SHOWN = """
import json

TOOL = {"type": "function", "function": {"name": "pay", "parameters": {"type": "object"}}}

def test_it(cerebras_mock, cerebras_client):
    answer = cerebras_client.chat.completions.create(
        model="gpt-oss-120b",
        messages=[{"role": "user", "content": "Pay."}],
        tools=[TOOL],
        tool_choice="required",
    )
    (call,) = answer.choices[0].message.tool_calls
    for _ in range(2):
        cerebras_mock.side_effects.record("pay", **json.loads(call.function.arguments))
    cerebras_client.models.list()
    assert 0
"""


def test_shown_and_judged(run, pytester):
    """A failed test and the report show them between its requests, with the verdict on them."""
    result = run(SHOWN, "--cerebras-report", "r.json", "--cerebras-report", "r.html")
    result.stdout.fnmatch_lines(
        [
            "#1 POST *",
            "side effect: pay(*)",
            "side effect: pay(*)",
            "#2 GET *",
            "tool-ran-twice: 'pay' ran 2 times with the same arguments, *",
        ]
    )
    (cell,) = json.loads((pytester.path / "r.json").read_text("utf-8"))["cells"]
    (played,) = cell["played"]
    assert [one["name"] for one in played["side_effects"]] == ["pay", "pay"]
    first, second = played["exchanges"]
    assert all(first["at"] <= one["at"] <= second["at"] for one in played["side_effects"])
    assert "side effect: pay(" in (pytester.path / "r.html").read_text("utf-8")

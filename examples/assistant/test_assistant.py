"""
What the assistant does when the API fails, fault by fault.

``cerebras_mock`` takes the place of the API. ``play()`` or the marker chooses what goes wrong, and
``cerebras_mock.requests`` has the requests afterwards. The assistant is the real one, and uses a
real socket. Only the clock is virtual, so the assistant's waits take no time.
"""
# mypy: allow-untyped-defs, allow-untyped-calls

import io
import json
import time
from pathlib import Path

import pytest
from assistant import INCOMPLETE, PARTS, Assistant, main
from conversation import GO_ON, SYSTEM, Turn
from patience import Patience
from problems import AssistantError

from mockserver import Script
from mockserver.faults import Cut, Error, Truncate
from mockserver.scenario import Match, Rule, Scenario, Schedule

pytestmark = pytest.mark.cerebras_mock("healthy")
FIRST, SECOND = "gpt-oss-120b", "qwen-3.8-27b"
NOTHING_SPECIAL = Script()
LONG = Script(text="Since air scatters blue light the most. " * 9, reasoning="Why?")


@pytest.fixture
def pauses():
    """Return the list of the assistant's pauses, in seconds."""
    return []


@pytest.fixture
def assistant(cerebras_client, pauses):
    """Return an assistant with two models, whose pauses are recorded."""

    def sleep(seconds):
        pauses.append(seconds)
        time.sleep(seconds)  # noqa: TID251 (an app may sleep)

    patience = Patience(sleep=sleep)
    return Assistant(cerebras_client, models=[FIRST, SECOND], patience=patience)


def once(fault, reply=NOTHING_SPECIAL):
    """Return a scenario in which only the first request meets the fault, and has the reply."""
    rule = Rule(schedule=Schedule(first=1), reply=reply, faults=(fault,))
    return Scenario("once", rules=(rule,))


def always(fault, *, model):
    """Return a scenario in which every request to one model meets the fault."""
    return Scenario("always", rules=(Rule(match=Match(model=model), faults=(fault,)),))


def statuses(mock):
    """Return the status of each answer."""
    return [exchange.status for exchange in mock.requests]


def models(mock):
    """Return the model of each request."""
    return [exchange.model for exchange in mock.requests]


def last_said(mock):
    """Return the texts of the messages in the last request."""
    body = json.loads(mock.requests[-1].request.body)
    return [message["content"] for message in body["messages"]]


# ------------------------------------------------------------------------------ a good day


def test_answers(assistant, cerebras_mock):
    reply = assistant.ask("Why is the sky blue?")

    assert reply.text
    assert reply.model == FIRST
    assert reply.complete
    cerebras_mock.assert_no_errors()
    cerebras_mock.assert_requests(1)


def test_remembers_what_was_said(assistant, cerebras_mock):
    answer = assistant.ask("Why is the sky blue?").text
    assistant.ask("And at night?")

    assert last_said(cerebras_mock) == [SYSTEM, "Why is the sky blue?", answer, "And at night?"]


def test_streams_an_answer_in_pieces(assistant, cerebras_mock):
    pieces = list(assistant.stream("Why is the sky blue?"))

    assert len(pieces) > 5
    assert assistant.turns == (Turn("Why is the sky blue?", "".join(pieces)),)
    assert cerebras_mock.requests[0].stream


def test_finds_the_api_by_the_environment(cerebras_mock, capsys):
    main(["Why", "is the sky blue?"])

    assert capsys.readouterr().out.strip()
    assert last_said(cerebras_mock) == [SYSTEM, "Why is the sky blue?"]


def test_reads_questions_line_by_line(cerebras_mock, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("Why is the sky blue?\n\nAnd at night?\n"))
    main([])

    assert len(capsys.readouterr().out.splitlines()) == 2
    cerebras_mock.assert_requests(2)


# ------------------------------------------------------------------------------- wrong key


@pytest.mark.cerebras_mock(scenario="wrong-key")
def test_names_the_variable_when_the_key_is_wrong(assistant, cerebras_mock, pauses):
    with pytest.raises(AssistantError, match="check CEREBRAS_API_KEY"):
        assistant.ask("Why is the sky blue?")

    assert pauses == []
    cerebras_mock.assert_requests(1)


def test_repeats_the_words_of_the_api_when_the_request_is_wrong(assistant, cerebras_mock, pauses):
    cerebras_mock.play(once(Error("wrong_api_format", message="messages.0.name: not supported")))

    with pytest.raises(AssistantError, match=r"400: messages\.0\.name: not supported"):
        assistant.ask("Why is the sky blue?")

    assert pauses == []
    cerebras_mock.assert_requests(1)


# --------------------------------------------------------------------------- unknown model


@pytest.mark.cerebras_mock(scenario="unknown-model")
def test_gives_up_when_no_model_is_left(assistant, cerebras_mock, pauses):
    with pytest.raises(AssistantError, match=f"404: Model {SECOND} does not exist"):
        assistant.ask("Why is the sky blue?")

    assert models(cerebras_mock) == [FIRST, SECOND]
    assert pauses == []


@pytest.mark.parametrize("problem", ["model_not_found", "model_archived"])
def test_takes_the_next_model_when_one_is_gone_and_stays_with_it(assistant, cerebras_mock, problem):
    cerebras_mock.play(always(Error(problem), model=FIRST))

    assert assistant.ask("Why is the sky blue?").model == SECOND
    assert assistant.ask("And at night?").model == SECOND
    assert models(cerebras_mock) == [FIRST, SECOND, SECOND]


# ------------------------------------------------------------------------------ rate limit


@pytest.mark.cerebras_mock(scenario="rate-limit")
def test_waits_as_long_as_the_server_says(assistant, cerebras_mock, pauses):
    assert assistant.ask("Why is the sky blue?").complete

    assert cerebras_mock.requests[0].retry_after == 2
    assert all(pause >= 2 for pause in pauses)
    cerebras_mock.assert_retry_after_respected()


@pytest.mark.cerebras_mock(scenario="never-fits")
def test_does_not_wait_for_what_never_fits(assistant, cerebras_mock, pauses):
    with pytest.raises(AssistantError, match="Request too large"):
        assistant.ask("Why is the sky blue?")

    assert models(cerebras_mock) == [FIRST, SECOND]  # another model has limits of its own
    assert pauses == []


def test_answers_when_the_rate_limit_has_passed(assistant, cerebras_mock, pauses):
    cerebras_mock.play(once(Error("tokens_per_minute", retry_after=7)))

    assert assistant.ask("Why is the sky blue?").complete
    assert pauses == [pytest.approx(7 * 1.125, abs=7 * 0.125)]  # at most a quarter later
    assert statuses(cerebras_mock) == [429, 200]


def test_sleeps_before_it_comes_back(cerebras_client, cerebras_mock):
    assistant = Assistant(cerebras_client, patience=Patience(first=0.01))
    cerebras_mock.play(Path(__file__).with_name("passes-soon.yaml"))

    assert assistant.ask("Why is the sky blue?").complete
    refused, answered = cerebras_mock.requests
    assert answered.at - refused.at >= refused.retry_after == 0.1


def test_does_not_wait_until_tomorrow(assistant, cerebras_mock, pauses):
    cerebras_mock.play(always(Error("tokens_per_day", retry_after=33011), model=FIRST))

    assert assistant.ask("Why is the sky blue?").model == SECOND
    assert pauses == []
    assert models(cerebras_mock) == [FIRST, SECOND]


# ------------------------------------------------------------------------- burst of errors


@pytest.mark.cerebras_mock(scenario="burst-503")
def test_comes_back_after_ever_longer_pauses(assistant, cerebras_mock, pauses):
    assert assistant.ask("Why is the sky blue?").model == FIRST
    half, one, two = pauses
    assert 0.5 <= half <= 0.625
    assert 1 <= one <= 1.25
    assert 2 <= two <= 2.5

    assert assistant.ask("And at night?").model == FIRST
    assert statuses(cerebras_mock) == [503, 503, 503, 200, 503, 503, 200]


def test_takes_the_next_model_when_its_patience_is_at_an_end(assistant, cerebras_mock, pauses):
    cerebras_mock.play(always(Error("service_unavailable"), model=FIRST))

    assert assistant.ask("Why is the sky blue?").model == SECOND
    assert sum(pauses) <= Patience().budget
    assert models(cerebras_mock) == [FIRST] * (len(pauses) + 1) + [SECOND]


@pytest.mark.cerebras_mock(scenario="burst-503")
def test_shows_nothing_of_the_burst_in_a_stream(assistant, cerebras_mock):
    text = "".join(assistant.stream("Why is the sky blue?"))

    assert text
    assert not text.endswith(INCOMPLETE)
    cerebras_mock.assert_requests(4)


# ---------------------------------------------------------------------------- context window


@pytest.mark.cerebras_mock(scenario="context-8192")
def test_forgets_the_oldest_turns_when_the_conversation_is_too_long(assistant, cerebras_mock):
    assistant.turns = tuple(Turn(f"Question {n}", f"Answer {n}. " * 500) for n in range(5))

    assert assistant.ask("Why is the sky blue?").complete
    assert statuses(cerebras_mock) == [400, 200]
    system, oldest, *_, question = last_said(cerebras_mock)
    assert (system, question) == (SYSTEM, "Why is the sky blue?")
    assert oldest == "Question 2"
    assert [turn.question for turn in assistant.turns] == [
        "Question 2",
        "Question 3",
        "Question 4",
        "Why is the sky blue?",
    ]


@pytest.mark.cerebras_mock(scenario="context-8192")
def test_says_so_when_the_question_alone_is_too_long(assistant, cerebras_mock):
    assistant.turns = before = (Turn("Why is the sky blue?", "Because."),)

    with pytest.raises(AssistantError, match=r"question is too long: .* limit is 8192"):
        assistant.ask("Why? " * 5000)

    assert statuses(cerebras_mock) == [400, 400]
    assert assistant.turns == before


# -------------------------------------------------------------------------- truncated answer


def test_asks_for_the_rest_of_an_answer_that_was_cut_off(assistant, cerebras_mock):
    cerebras_mock.play(once(Truncate(tokens=20), LONG))
    reply = assistant.ask("Why is the sky blue?")

    assert reply.complete
    _, question, beginning, go_on = last_said(cerebras_mock)
    assert (question, go_on) == ("Why is the sky blue?", GO_ON)
    assert reply.text.startswith(beginning)
    assert assistant.turns == (Turn("Why is the sky blue?", reply.text),)


def test_streams_the_rest_of_an_answer_too(assistant, cerebras_mock):
    cerebras_mock.play(once(Truncate(tokens=20), LONG))
    text = "".join(assistant.stream("Why is the sky blue?"))

    assert assistant.turns == (Turn("Why is the sky blue?", text),)
    cerebras_mock.assert_requests(2)


def test_has_nothing_to_go_on_from_when_the_answer_is_empty(assistant, cerebras_mock):
    cerebras_mock.play(once(Truncate(tokens=0)))

    assert not assistant.ask("Why is the sky blue?").complete
    cerebras_mock.assert_requests(1)


@pytest.mark.cerebras_mock(scenario="truncated-512")
def test_admits_that_an_answer_has_no_end(assistant, cerebras_mock):
    assert not assistant.ask("Why is the sky blue?").complete
    cerebras_mock.assert_requests(PARTS)
    assert assistant.turns == ()


# ----------------------------------------------------------------------------- lost connection


@pytest.mark.cerebras_mock(scenario="stream-cut")
def test_marks_an_answer_whose_end_was_lost(assistant, cerebras_mock):
    *pieces, mark = assistant.stream("Why is the sky blue?")

    assert "".join(pieces)
    assert mark == INCOMPLETE
    assert assistant.turns == ()
    cerebras_mock.assert_requests(1)


@pytest.mark.parametrize("fault", [Cut(after_tokens=0), Error(status=200)], ids=["lost", "empty"])
def test_streams_again_when_nothing_had_been_shown(assistant, cerebras_mock, fault):
    cerebras_mock.play(once(fault))
    text = "".join(assistant.stream("Why is the sky blue?"))

    assert assistant.turns == (Turn("Why is the sky blue?", text),)
    cerebras_mock.assert_requests(2)


@pytest.mark.cerebras_mock(scenario="stream-cut")
def test_asks_again_when_an_answer_in_one_document_is_lost(assistant, cerebras_mock, pauses):
    assert assistant.ask("Why is the sky blue?").complete
    cerebras_mock.assert_requests(3)
    assert len(pauses) == 2


def test_blames_no_model_for_a_dead_line(assistant, cerebras_mock):
    cerebras_mock.play(always(Cut(), model="*"))

    with pytest.raises(AssistantError, match="cannot be reached"):
        assistant.ask("Why is the sky blue?")

    assert set(models(cerebras_mock)) == {FIRST}

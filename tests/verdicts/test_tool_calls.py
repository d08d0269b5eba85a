"""The verdict on calls that were used although their arguments were not whole."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from mockserver.api.model.script import Script, ScriptedCall
from mockserver.faults import Cut, Truncate, WrongShape
from mockserver.journal.side_effects import SideEffect
from mockserver.scenario import Rule, Schedule
from mockserver.verdicts import Case, judge

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
QUESTION = {"role": "user", "content": "What is the weather?"}
WHOLE = {"city": "Reykjavik"}
HALF_A_CALL = (Truncate(4),)
HALF = '{"city": "Rey'


@pytest.fixture
def calling(stage):
    """Return a function that plays an answer with a call of a tool; the stage and the call."""

    def play(*faults, stream=False, arguments=WHOLE, first=1):
        reply = Script(tool_calls=(ScriptedCall("weather", arguments),))
        acting = stage(Rule(schedule=Schedule(first=first), reply=reply, faults=faults))
        answer = acting.send(0, messages=[QUESTION], tools=[TOOL], stream=stream)
        return acting, answer.choices[0].calls[-1]

    return play


def made(call, arguments=None):
    given = call.arguments if arguments is None else arguments
    function = {"name": call.name, "arguments": given}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": call.id, "type": "function", "function": function}],
    }


def answered(call, content="21"):
    return {"role": "tool", "tool_call_id": call.id, "content": content}


def certainty(play):
    """Return how certain each verdict on a call is."""
    return [one.certainty for one in play.verdicts() if one.rule == "partial-tool-call"]


CUTS = [(Truncate(4), False), (Truncate(4), True), (Cut(after_tokens=4), True)]
RESULTS = [
    "21",
    "-3.5 °C",
    "42 %",
    '{"degrees": 21}',
    "[1, 2]",
    "true",
    '{"city": "Rey", "sky": "clear"}',
]
REFUSALS = [
    *("Error: the call was cut off and was not executed.", "[not executed]", "(skipped)"),
    *('{"error": "the arguments were cut"}', '{"ok": false}', '{"is_error": true, "code": 7}'),
    *(
        '{"result": {"error": {"code": 3}}}',
        '"Error: try again"',
        '[{"type": "error", "error": 1}]',
    ),
    *("Fehler: der Aufruf wurde nicht ausgeführt.", "Erreur : appel tronqué", "Error de formato"),
    *("错误：参数被截断，请重试", "引数が途中で切れています。", "오류: 인수가 잘렸습니다"),
    *("Ошибка: аргументы обрезаны", "Virhe: argumentit katkesivat", "خطأ: لم يتم التنفيذ"),
    *("Błąd: wywołanie zostało ucięte", "Hata: bağımsız değişkenler kesildi", "【未执行】"),
    *("त्रुटि: तर्क अधूरे हैं", "Lỗi: tham số bị cắt", "Chyba: argumenty jsou neúplné"),
]
EITHER = ["It rains.", "Es regnet.", "", "null", "false", "晴れ"]
MARKED = json.dumps({"INVALID_JSON": HALF})


@pytest.mark.parametrize(("fault", "stream"), CUTS)
@pytest.mark.parametrize("arguments", [None, '{"city": "Rey"}', "{}"])
def test_partial_tool_call(calling, fault, stream, arguments):
    """A cut call is answered by a result: as it came, with its JSON repaired, or emptied."""
    play, call = calling(fault, stream=stream)
    assert not call.whole
    play.send(5, messages=[QUESTION, made(call, arguments), answered(call)], tools=[TOOL])
    assert certainty(play) == ["certain"]
    what = "#1 calls 'weather' with arguments that were cut off"
    said = f"{what}, and #2 answers the call as if the arguments were whole"
    assert play.sentence("partial-tool-call") == (said, (1, 2))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("arguments", [HALF, '{"city": "Reykjavik",}', "Reykjavik", "[]"])
def test_behind_tool_calls(calling, arguments, stream):
    """A router says tool_calls, and the arguments are no JSON object all the same."""
    play, call = calling(stream=stream, arguments=arguments)
    play.send(5, messages=[QUESTION, made(call, "{}"), answered(call)], tools=[TOOL])
    assert certainty(play) == ["certain"]
    assert "with arguments that are not a JSON object" in play.sentence("partial-tool-call")[0]


def test_guessed(calling):
    """Arguments are guessed where those that came are no JSON."""
    play, call = calling(WrongShape("invalid_tool_json"))
    play.send(5, messages=[QUESTION, made(call, '{"city": "Oslo"}'), answered(call)], tools=[TOOL])
    assert certainty(play) == ["certain"]


@pytest.mark.parametrize("result", RESULTS)
def test_results(calling, result):
    """What only a tool that ran can have said."""
    play, call = calling(Truncate(4))
    play.send(5, messages=[QUESTION, made(call), answered(call, result)], tools=[TOOL])
    assert certainty(play) == ["certain"]


@pytest.mark.parametrize("arguments", [None, '{"city": "Rey"}', "{}"])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals(calling, refusal, arguments):
    """To answer a call by a refusal is right, in whatever language and form."""
    play, call = calling(Truncate(4))
    play.send(5, messages=[QUESTION, made(call, arguments), answered(call, refusal)], tools=[TOOL])
    assert play.judged() == []


@pytest.mark.parametrize("text", EITHER)
def test_either(calling, text):
    """An answer that may be a result or a refusal in a language nobody knows is advice."""
    play, call = calling(Truncate(4))
    play.send(5, messages=[QUESTION, made(call), answered(call, text)], tools=[TOOL])
    assert certainty(play) == ["advice"]


def test_marked_as_invalid(calling):
    """To send broken arguments back under a name that says so is right, whatever follows."""
    play, call = calling(arguments=HALF)
    play.send(5, messages=[QUESTION, made(call, MARKED), answered(call, "Sunny.")], tools=[TOOL])
    assert play.judged() == []


def test_emptied(calling):
    """Of a call that was cut before its arguments no empty text is a mark."""
    play, call = calling(Cut(after_tokens=1), stream=True)
    emptied = replace(call, arguments="")
    play.send(
        5, messages=[QUESTION, made(emptied, '{"city": ""}'), answered(emptied)], tools=[TOOL]
    )
    assert certainty(play) == ["certain"]


def test_sent_back_and_not_answered(calling):
    """A call that nobody answers was not used: the user asks for it again."""
    play, call = calling(Truncate(4))
    again = {"role": "user", "content": "Once more, please."}
    play.send(5, messages=[QUESTION, made(call), again], tools=[TOOL])
    assert play.judged() == []


def test_answer_to_a_partial_call(calling):
    """An answer to it is enough."""
    play, call = calling(Truncate(4))
    whole = {**made(call), "tool_calls": []}
    play.send(5, messages=[QUESTION, whole, answered(call)], tools=[TOOL])
    assert certainty(play) == ["certain"]


def told(call, *, by_id=True):
    shown = f"{{'id': {call.id!r}}}" if by_id else call.arguments
    return {"role": "assistant", "content": f"Calling tools:\n{shown}"}


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize(
    ("observed", "found"),
    [
        ("Observation:\n21", ["certain"]),
        ("Observation: sunny", ["advice"]),
        ("Error:\nInvalid JSON. Try again.", []),
    ],
)
def test_told_in_text(calling, observed, found, by_id):
    """Some agents keep calls and their answers as text only."""
    play, call = calling(Truncate(4))
    answer = {"role": "user", "content": observed}
    play.send(5, messages=[QUESTION, told(call, by_id=by_id), answer], tools=[TOOL])
    assert certainty(play) == found


@pytest.fixture
def recorded(stage):
    """Return a function that plays calls of a tool, and judges the app by the runs it recorded."""

    def judged(*runs, asks=(HALF_A_CALL,), failed=False):
        rules = [
            Rule(
                schedule=Schedule(first=1),
                reply=Script(tool_calls=(ScriptedCall("weather", WHOLE),)),
                faults=faults,
            )
            for faults in asks
        ]
        play = stage(*rules)
        for at in range(len(asks)):
            play.send(at, messages=[QUESTION], tools=[TOOL], seed=at)
        play.finish()
        effects = [
            SideEffect.of("weather", {"city": city}, at=play.now + 5 + at)
            for at, city in enumerate(runs)
        ]
        effects = [replace(one, failed=failed) for one in effects]
        case = Case(play.engine.journal, play.engine.edition, (), effects)
        return [one.certainty for one in judge(case) if one.rule == "partial-tool-call"]

    return judged


def test_recorded(recorded):
    """A tool that was recorded as run has been used, whatever was sent afterwards."""
    assert recorded("Rey") == ["certain"]


def test_recorded_and_asked_for(recorded):
    """What a whole call asked for later is no run of the cut one, in whatever words."""
    again = (HALF_A_CALL, ())
    assert recorded("Reykjavik", asks=again) == []
    assert recorded("reykjavík", asks=again) == []
    assert recorded("Reykjavik", "Rey", asks=again) == ["certain"]


def test_recorded_in_vain(recorded):
    """A tool that raised an exception may have found out what is wrong."""
    assert recorded("Rey", failed=True) == []


def test_whole_tool_call(calling):
    """A call that came in full is made and answered."""
    play, call = calling()
    play.send(5, messages=[QUESTION, made(call), answered(call)], tools=[TOOL])
    assert play.judged() == []


@pytest.mark.parametrize("arguments", ["", "null", "{}"])
def test_no_arguments(calling, arguments):
    """A tool that takes none may be called without any."""
    play, call = calling(arguments=arguments)
    play.send(5, messages=[QUESTION, made(call, "{}"), answered(call)], tools=[TOOL])
    assert play.judged() == []


def test_whole_call_before_a_cut(calling):
    """So is one whose arguments were all there when the answer was cut."""
    play, call = calling(Cut(after_tokens=99), stream=True)
    assert call.whole
    play.send(5, messages=[QUESTION, made(call), answered(call)], tools=[TOOL])
    assert play.judged() == []


def test_asked_again(calling):
    """To throw the call away and ask again, with room for more."""
    play, _ = calling(Truncate(4))
    play.send(5, messages=[QUESTION], tools=[TOOL], max_tokens=2000)
    assert play.judged() == []


def test_left_in_the_middle(stage):
    """Of a call that the client broke off itself nobody knows how much it has read."""
    reply = Script(tool_calls=(ScriptedCall("weather", WHOLE),))
    play = stage(Rule(schedule=Schedule(first=1), reply=reply, faults=(Truncate(4),)))
    first = play.send(0, messages=[QUESTION], tools=[TOOL], stream=True, left=True)
    call = SimpleNamespace(name="", arguments="", id=first.choices[0].calls[-1].id)
    play.send(5, messages=[QUESTION, made(call, "{}"), answered(call)], tools=[TOOL])
    assert certainty(play) == []


def test_nonsense_in_a_history(calling):
    """Messages that no API takes are no evidence."""
    play, _ = calling(Truncate(4))
    for messages in ("hi", [7], [{"role": "assistant", "tool_calls": 7}], [{"role": "tool"}]):
        play.send(5, messages=messages, tools=[TOOL])
    assert play.judged() == []

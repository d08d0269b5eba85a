"""The evidence of how an app took an answer, in whole tests over real sockets."""

from __future__ import annotations

import json

import pytest

COMMON = """
import asyncio, json, logging, sys, threading, unittest, warnings
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
import httpx, pytest
from cerebras.cloud.sdk import AsyncCerebras, Cerebras
from openai import OpenAI

pytestmark = pytest.mark.cerebras_mock(scenario="silent-cut")
ASKED = {
    "model": "gpt-oss-120b",
    "messages": [{"role": "user", "content": "Why is the sky blue?"}],
    "stream": True,
}

def chunks():
    return Cerebras(warm_tcp_connection=False).chat.completions.create(**ASKED)

def ask():
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks())

async def ask_async():
    async with AsyncCerebras(warm_tcp_connection=False) as client:
        stream = await client.chat.completions.create(**ASKED)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

def join(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

def plain():
    with Cerebras(warm_tcp_connection=False) as client:
        asked = {**ASKED, "stream": False}
        return client.chat.completions.create(**asked).choices[0].message.content

@pytest.fixture
def anyio_backend():
    return "asyncio"

def wrapped(test):
    @wraps(test)
    def run(*args, **kwargs):
        return test(*args, **kwargs)
    return run

def all_that_came(chunks):
    found = ""
    try:
        for chunk in chunks:
            found += "".join(choice.delta.content or "" for choice in chunk.choices)
    except Exception:
        pass
    return found
"""
CERTAIN = """
def test_local():
    answer = ask()
    assert answer

def test_parametrized_and_by_fixtures(cerebras_mock, cerebras_client):
    question = ASKED["messages"]
    chunks = cerebras_client.chat.completions.create(**ASKED)
    answer = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    del question
    assert answer

@wrapped
def test_decorated():
    answer = ask()

def test_openai():
    with OpenAI() as client:
        answer = join(client.chat.completions.create(**ASKED))

def test_without_a_stream(cerebras_mock):
    cerebras_mock.play("truncated-512")
    answer = plain()

@pytest.mark.anyio
async def test_async():
    answer = await ask_async()

@pytest.mark.anyio
async def test_another_task():
    answer = await asyncio.create_task(ask_async())

@pytest.mark.anyio
async def test_a_thread():
    answer = await asyncio.to_thread(ask)
"""
ADVISED = """
def by_hand(url, fields):
    found = []
    with httpx.stream("POST", url, json=ASKED, headers=fields) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                found += json.loads(line[6:])["choices"]
    return "".join(one["delta"].get("content", "") for one in found)

def test_without_an_sdk(cerebras_mock):
    fields = {"authorization": "Bearer " + cerebras_mock.api_key}
    answer = by_hand(cerebras_mock.openai_url + "/chat/completions", fields)
    del fields

def test_deep():
    bot = {"chats": [{"turns": [("assistant", ask())]}]}

def test_pieces():
    found = [chunk.choices[0].delta.content or "" for chunk in chunks()]

def test_printed():
    print("Bot:", ask())

def test_written(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "answer.md").write_text(ask())

def test_a_pool():
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(ask).result()

def test_a_thread_that_fills_a_list():
    found = []
    thread = threading.Thread(target=lambda: found.append(ask()))
    thread.start()
    thread.join()

class TestOfAClass:
    def test_method(self):
        self.answer = ask()

class TestOfUnittest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def mocked(self, cerebras_mock):
        pass

    def test_unittest(self):
        answer = ask()
        self.assertTrue(answer)

def test_an_object_from_before():
    class Bot:
        pass
    bot = Bot()
    answer = ask()

def test_another_value():
    answer, seconds = ask(), 3

def test_captures(capsys):
    answer = ask()

def test_lost(cerebras_mock):
    cerebras_mock.play("mid-stream-500")
    answer = ""
    with OpenAI(max_retries=0) as client:
        answer = all_that_came(client.chat.completions.create(**ASKED))

def test_asks_the_mock(cerebras_mock):
    answer = ask()
    assert cerebras_mock.requests

def test_dumps():
    found = [chunk.model_dump() for chunk in chunks()]
    answer = "".join(one["choices"][0]["delta"].get("content") or "" for one in found)

def test_logs():
    answer = ask()
    logging.getLogger("app").warning("mehr kam nicht")

def test_writes_to_stderr():
    answer = ask()
    print("mehr kam nicht", file=sys.stderr)

def test_may_catch():
    try:
        answer = ask()
    except ValueError:
        answer = None

def test_says_more_below():
    answer = ask()
    print(f"{answer}\\nMehr kam nicht.")
"""
# in a file of its own: it has the word by which others would be advised as well
READS = """
def test_reads():
    found, finish = "", None
    for chunk in chunks():
        found += chunk.choices[0].delta.content or ""
        finish = chunk.choices[0].finish_reason or finish
"""
SPARED = """
@pytest.mark.filterwarnings("default")
def test_warns():
    answer = ask()
    warnings.warn("mehr kam nicht")

def test_logs_what_was_lost():
    answer = ask()
    logging.getLogger("app").warning("the connection was lost")

def test_unpacks_a_flag():
    answer, complete = ask(), False

def test_has_an_error():
    answer, problem = ask(), ValueError("half")

def test_state_of_an_object():
    class Bot:
        complete = True
    bot = Bot()
    bot.answer = ask()
    bot.complete = False

def test_marks_before():
    answer = f"[incomplete] {ask()}"

def test_marks():
    answer = f"{ask()} [cut]"

def test_throws_away():
    answer = ask()
    del answer

def test_expects_an_exception():
    answer = ask()
    with pytest.raises(RuntimeError):
        raise RuntimeError

def test_hands_out_chunks():
    answer = list(chunks())

def test_whole(cerebras_mock):
    cerebras_mock.play("healthy")
    answer = ask()

def test_says_so_beside():
    answer = {"text": ask(), "complete": False}

def test_reads_the_journal(cerebras_mock):
    ask()
    (seen,) = cerebras_mock.requests
    assert seen.failed

def test_error_of_its_own():
    class CutError(Exception):
        pass
    error = CutError(ask())
"""


@pytest.fixture
def judged(run, pytester):
    """Return a function that runs tests, and returns the verdicts on each."""

    def start(code, *arguments):
        report = ("--cerebras-report", "cells.json")
        # not below this file, which has words for how answers end; and clients stay open
        run(COMMON + code, *report, *arguments, how=pytester.runpytest_subprocess)
        cells = json.loads((pytester.path / "cells.json").read_text("utf-8"))["cells"]
        return {
            cell["id"].rpartition("::")[2]: {
                (one["rule"], one["certainty"])
                for each in cell["played"]
                for one in each["verdicts"]
            }
            for cell in cells
        }

    return start


@pytest.mark.parametrize("mode", ["server", "respx"])
@pytest.mark.parametrize(
    ("code", "told"),
    [
        (CERTAIN, {("half-answer", "certain")}),
        (ADVISED, {("half-answer", "advice")}),
        (READS, {("half-answer", "advice")}),
        (SPARED, set()),
    ],
    ids=["certain", "advised", "reads", "spared"],
)
def test_told(judged, mode, code, told):
    """An app that passes on half an answer gets a verdict, in any thread; no other app does."""
    found = judged(code, "--cerebras-mode", mode)
    assert found
    assert {name: said for name, said in found.items() if said != told} == {}


def test_raises_as_expected(judged):
    """A cell that raises the expected exception has passed nothing on."""
    code = """
@pytest.mark.cerebras_chaos("silent-cut", expect="raises", raises=RuntimeError)
def test_raises(cerebras_mock):
    answer = ask()
    raise RuntimeError
"""
    assert judged(code.replace("pytestmark", "_")) == {"test_raises[silent-cut]": set()}


def test_fails(judged):
    """A test that fails has noticed it."""
    code = "def test_fails():\n    answer = ask()\n    assert len(answer) > 10_000"
    assert judged(code) == {"test_fails": set()}


@pytest.mark.parametrize(("word", "certainty"), [("", "certain"), ("usage", "advice")])
def test_file_with_a_word(judged, pytester, word, certainty):
    """It is not certain where a file of the app may know how an answer ends."""
    app = f"""
from cerebras.cloud.sdk import Cerebras

WORD = {word!r}

def ask(asked):
    chunks = Cerebras(warm_tcp_connection=False).chat.completions.create(**asked)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
"""
    pytester.makepyfile(app=app)
    code = "import app\ndef test_plain():\n    answer = app.ask(ASKED)"
    assert judged(code) == {"test_plain": {("half-answer", certainty)}}


def test_within_the_test(run, pytester):
    """The output of a test is unknown before its end, so no verdict is certain."""
    code = """
def test_it(cerebras_mock):
    answer = ask()
    assert [one.certainty for one in cerebras_mock.verdicts] == ["advice"]
"""
    result = run(COMMON + code, how=pytester.runpytest_subprocess)
    result.assert_outcomes(passed=1)


def test_nothing_is_kept(run, pytester):
    """After a test its values are freed, and the SDK is restored."""
    code = """
import gc, weakref

class Big:
    pass

known = []

def test_first(cerebras_mock):
    big = Big()
    known.append(weakref.ref(big))
    answer = ask()

def test_second():
    gc.collect()
    assert known[0]() is None

@pytest.mark.cerebras_mock(scenario="healthy")
def test_fields():
    choice = list(chunks())[-1].choices[0]
    assert choice.finish_reason == "stop"
    assert choice.model_copy().finish_reason == "stop"
    choice.finish_reason = "length"
    assert choice.finish_reason == "length" and "length" in choice.model_dump_json()
"""
    result = run(COMMON.replace("pytestmark", "_") + code, how=pytester.runpytest_subprocess)
    result.assert_outcomes(passed=3)

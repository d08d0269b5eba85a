"""What a test shows of how its app took an answer: seen in whole tests, over real sockets."""

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

def wrapped(test):
    @wraps(test)
    def run(*args, **kwargs):
        return test(*args, **kwargs)
    return run
"""
CERTAIN = """
def test_local():
    answer = ask()
    assert answer

def test_deep():
    bot = {"chats": [{"turns": [("assistant", ask())]}]}

def test_pieces():
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks()]

def test_printed():
    print("Bot:", ask())

def test_written(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "answer.md").write_text(ask())

def test_another_task():
    async def main():
        answer = await asyncio.create_task(ask_async())
        assert answer
        return None
    asyncio.run(main())
    answer = asyncio.run(ask_async())

def test_a_thread():
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(ask).result()

def test_a_thread_that_fills_a_list():
    found = []
    thread = threading.Thread(target=lambda: found.append(ask()))
    thread.start()
    thread.join()

@wrapped
def test_decorated():
    answer = ask()

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

def test_openai():
    with OpenAI() as client:
        stream = client.chat.completions.create(**ASKED)
        answer = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
"""
ADVISED = """
def test_reads():
    found, finish = "", None
    for chunk in chunks():
        found += chunk.choices[0].delta.content or ""
        finish = chunk.choices[0].finish_reason or finish

def test_dumps():
    found = [chunk.model_dump() for chunk in chunks()]
    answer = "".join(one["choices"][0]["delta"].get("content") or "" for one in found)

def test_logs():
    answer = ask()
    logging.getLogger("app").warning("that was not all")

@pytest.mark.filterwarnings("default")
def test_warns():
    answer = ask()
    warnings.warn("that was not all")

def test_writes_to_stderr():
    answer = ask()
    print("that was not all", file=sys.stderr)

def test_may_catch():
    try:
        answer = ask()
    except ValueError:
        answer = None

def test_says_more_below():
    answer = ask()
    print(f"{answer}\\nThat was not all.")
"""
SPARED = """
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
    """Return a function that runs tests, and returns what each was told."""

    def start(code, *arguments, **how):
        run(COMMON + code, "--cerebras-report", "cells.json", *arguments, **how)
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
        (SPARED, set()),
    ],
    ids=["certain", "advised", "spared"],
)
def test_told(judged, mode, code, told):
    """Whoever hands on half an answer is told, and nobody else, whichever thread has asked."""
    found = judged(code, "--cerebras-mode", mode)
    assert found
    assert {name: said for name, said in found.items() if said != told} == {}


def test_raises_as_expected(judged):
    """A cell that raises what it should has not passed anything on."""
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


def test_file_without_a_word(judged, pytester):
    """With plain HTTP it is certain where no file of the app knows how an answer ends."""
    app = """
import json, os, httpx

def ask(body):
    url = os.environ["CEREBRAS_BASE_URL"] + "/v1/chat/completions"
    fields = {"authorization": "Bearer " + os.environ["CEREBRAS_API_KEY"]}
    found = []
    with httpx.stream("POST", url, json=body, headers=fields) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                found += json.loads(line[6:])["choices"]
    return "".join(one["delta"].get("content", "") for one in found)
"""
    code = "import app\ndef test_plain():\n    answer = app.ask(ASKED)"
    pytester.makepyfile(app=app)
    apart = {"how": pytester.runpytest_subprocess}  # not below this file, which has the word
    assert judged(code, **apart) == {"test_plain": {("half-answer", "certain")}}
    pytester.makepyfile(knowing=f"{app}\nENDS = 'finish_reason'")
    code = code.replace("app", "knowing")
    assert judged(code, **apart) == {"test_plain": {("half-answer", "advice")}}


def test_nothing_is_kept(run):
    """What a test has held is freed after it, and the SDK is as it was."""
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
    run(COMMON.replace("pytestmark", "_") + code).assert_outcomes(passed=3)

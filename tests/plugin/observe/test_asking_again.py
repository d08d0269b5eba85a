"""A test that asks its app again, in whatever way, and apps that do so themselves."""

import pytest

pytest.importorskip("fastapi")

APP = """
import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from cerebras.cloud.sdk import APIError, AsyncCerebras, Cerebras
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

ASKED = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "hi"}]}
TRIES = 1
pytestmark = pytest.mark.cerebras_mock("wrong-key")


class Bot:
    def ask(self):
        with Cerebras(max_retries=0) as client:
            for number in range(TRIES):
                try:
                    return client.chat.completions.create(**ASKED)
                except APIError:
                    if number + 1 == TRIES:
                        raise

    def stream(self):
        yield "Well, "
        yield self.ask()

    async def ask_on(self):
        async with AsyncCerebras(max_retries=0) as client:
            for number in range(TRIES):
                try:
                    return await client.chat.completions.create(**ASKED)
                except APIError:
                    if number + 1 == TRIES:
                        raise

    async def ask_in_tasks(self):
        async def once():
            async with AsyncCerebras(max_retries=0) as client:
                return await client.chat.completions.create(**ASKED)

        for number in range(TRIES):
            try:
                return await asyncio.create_task(once())
            except APIError:
                if number + 1 == TRIES:
                    raise


api = FastAPI()


@api.post("/sync")
def sync():
    try:
        Bot().ask()
    except APIError as error:
        raise HTTPException(502, "the model is down") from error


@api.post("/async")
async def not_sync():
    try:
        await Bot().ask_on()
    except APIError as error:
        raise HTTPException(502, "the model is down") from error


@api.post("/tasks")
async def in_tasks():
    try:
        await Bot().ask_in_tasks()
    except APIError as error:
        raise HTTPException(502, "the model is down") from error
"""
AGAIN = """
def test_loop(cerebras_mock):
    for _ in range(TIMES):
        with pytest.raises(APIError):
            Bot().ask()

def test_counts(cerebras_mock):
    failed = 0
    for _ in range(TIMES):
        try:
            Bot().ask()
        except APIError:
            failed += 1
    assert failed == TIMES

def test_streams(cerebras_mock):
    for _ in range(TIMES):
        with pytest.raises(APIError):
            list(Bot().stream())

@pytest.mark.parametrize("path", ["/sync", "/async", "/tasks"])
def test_api(cerebras_mock, path):
    client = TestClient(api)
    for _ in range(TIMES):
        assert client.post(path).status_code == 502

@pytest.mark.parametrize("path", ["/sync", "/async", "/tasks"])
def test_running_api(cerebras_mock, path):
    with TestClient(api) as client:
        for _ in range(TIMES):
            assert client.post(path).status_code == 502

@pytest.mark.parametrize("name", ["ask_on", "ask_in_tasks"])
def test_run(cerebras_mock, name):
    for _ in range(TIMES):
        try:
            asyncio.run(getattr(Bot(), name)())
        except APIError as error:
            last = error

def test_main(cerebras_mock):
    async def main():
        for _ in range(TIMES):
            with pytest.raises(APIError):
                await asyncio.wait_for(asyncio.create_task(Bot().ask_on()), 60)
    asyncio.run(main())

def test_pool(cerebras_mock):
    with ThreadPoolExecutor(1) as pool:
        for _ in range(TIMES):
            with pytest.raises(APIError):
                pool.submit(Bot().ask).result()
"""
TESTS = 13


def test_innocent(pytester):
    """The app sends one request each time; the repetition is the test's."""
    pytester.makepyfile(APP + "TIMES = 3\n" + AGAIN)
    result = pytester.runpytest_subprocess("--cerebras-strict=all", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=TESTS)


def test_guilty(pytester):
    """The app asks twice when the test has asked once, in each of the same ways."""
    pytester.makepyfile(APP.replace("TRIES = 1", "TRIES = 2") + "TIMES = 1\n" + AGAIN)
    result = pytester.runpytest_subprocess("--cerebras-strict", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=TESTS)
    result.stdout.fnmatch_lines(["*permanent-error-retried*"])

"""Tests that are right to pass under many changes, each for a reason of its own."""

import contextlib
import unittest

import pytest
from cerebras.cloud.sdk import APIError, AuthenticationError, Cerebras
from planted_app import SORRY, Store, ask, complete, safe_ask

from mockserver.faults import Error

CACHE = {}


def test_raises_under_its_own_fault(cerebras_mock):
    cerebras_mock.play("wrong-key")
    with pytest.raises(AuthenticationError):
        ask("Why?")


def test_counts_attempts(cerebras_mock):
    cerebras_mock.inject(Error(status=503), times=2)
    safe_ask("Why?")
    assert cerebras_mock.calls[0].attempts == 3


@pytest.mark.cerebras_mock(scenario="wrong-key", allow_unmet=True)
def test_allows_unmet():
    assert ask.__name__ == "ask"
    assert safe_ask("Why?") == SORRY


def test_promises_something_whatever_happens():
    try:
        reply = ask("Why?")
    except APIError as error:
        assert error.message
    else:
        assert reply is None or len(reply) < 10_000


def test_suppresses_errors_and_counts(cerebras_mock):
    with contextlib.suppress(APIError):
        ask("Why?")
    assert len(cerebras_mock.requests) <= 3


def test_what_is_sent(cerebras_mock):
    safe_ask("Why?")
    assert b"Why?" in cerebras_mock.requests[0].request.body


def test_at_most_so_many(cerebras_mock):
    cerebras_mock.play("wrong-key")
    safe_ask("Why?")
    assert len(cerebras_mock.requests) < 4


def test_what_must_not_be_said():
    assert "csk-" not in safe_ask("Why?")


def test_what_is_kept():
    store = Store()
    store.handle("Why?")
    assert store.rows == ["Why?"]


def test_model():
    assert complete("Why?").model == "gpt-oss-120b"


def test_usage():
    assert complete("Why?").usage.total_tokens > 0


def test_header_field():
    client = Cerebras(warm_tcp_connection=False)
    given = client.chat.completions.with_raw_response.create(
        model="gpt-oss-120b", messages=[{"role": "user", "content": "Why?"}]
    )
    assert "x-ratelimit-limit-requests-day" in given.headers


def test_list_of_models():
    found = Cerebras(warm_tcp_connection=False).models.list()
    assert any(model.id == "gpt-oss-120b" for model in found.data)


def test_sends_nothing():
    assert SORRY


def test_remembers():
    if "Why?" not in CACHE:
        CACHE["Why?"] = ask("Why?")
    assert CACHE["Why?"]


def test_only_once():
    ask("Why?")
    assert "once" not in CACHE
    CACHE["once"] = True


@pytest.mark.skip
def test_skipped():
    pass


@pytest.mark.xfail(strict=True)
def test_expected_to_fail():
    assert ask("Why?") == "Because."


def test_subtests(subtests):
    reply = ask("Why?")
    with subtests.test("one"):
        assert reply


class TestCase(unittest.TestCase):
    def test_unittest(self):
        assert ask("Why?") is not None

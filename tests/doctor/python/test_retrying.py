"""Retries around a client that retries by itself."""

import pytest

from mockserver.api.contract import editions
from mockserver.doctor.python_source import findings

NEWEST = editions.load("2026-11")

BODY = """
def f():
    client = Cerebras({options})
    return client.chat.completions.create(model=m, messages=[])
"""
LOOP = """
def f():
    client = Cerebras({options})
    for attempt in range(5):
        try:
            return client.chat.completions.create(model=m, messages=[])
        except {error}:
            time.sleep(2**attempt)
    raise LookupError
"""


def decorated(decorator, options=""):
    return f"@{decorator}{BODY.format(options=options)}"


def looped(error="RateLimitError", options=""):
    return LOOP.format(error=error, options=options)


@pytest.mark.parametrize(
    "code",
    [
        decorated("tenacity.retry"),
        decorated("tenacity.retry(stop=tenacity.stop_after_attempt(3))"),
        decorated("tenacity.retry(retry=tenacity.retry_if_exception_type(RateLimitError))"),
        decorated("tenacity.retry(retry=tenacity.retry_if_exception_type((OSError, Exception)))"),
        decorated("backoff.on_exception(backoff.expo, RateLimitError)"),
        decorated("stamina.retry(on=RateLimitError)"),
        decorated("tenacity.retry", "max_retries=4"),
        looped(),
        looped("Exception as error"),
        looped("(OSError, RateLimitError)"),
        looped(options="max_retries=1"),
        looped().replace("for attempt in range(5)", "while True").replace("2**attempt", "1"),
        looped()
        .replace("            return", "            answer =")
        .replace("        except", "            break\n        except"),
        "def make():\n    return Cerebras()\n"
        + looped().replace("client = Cerebras()", "client = make()"),
    ],
)
def test_retries_around_retries(found, code):
    """A decorator or a loop that sends again what the client has sent three times."""
    assert found(code) == ["retries-around-retries"]


@pytest.mark.parametrize(
    "code",
    [
        BODY.format(options=""),
        decorated("tenacity.retry", "max_retries=0"),
        decorated("tenacity.retry", "**options"),
        decorated("tenacity.retry", 'max_retries=int(os.environ["RETRIES"])'),
        decorated("tenacity.retry").replace(
            "client.chat", "client.with_options(max_retries=0).chat"
        ),
        decorated("tenacity.retry").replace("messages=[]", "**asked"),
        decorated("tenacity.retry(stop=tenacity.stop_after_attempt(1))"),
        decorated("tenacity.retry(retry=tenacity.retry_if_exception_type(ValueError))"),
        decorated("tenacity.retry(retry=tenacity.retry_if_result(is_empty))"),
        decorated("tenacity.retry(**policy)"),
        decorated("backoff.on_exception(backoff.expo, ValueError)"),
        decorated("backoff.on_predicate(backoff.expo)"),
        decorated("stamina.retry(on=ValueError)"),
        decorated("functools.cache"),
        decorated("tenacity.retry").replace("client = Cerebras()", "client = get()"),
        # the function keeps the error from its decorator
        (
            "@tenacity.retry\ndef f():\n    client = Cerebras()\n    try:\n"
            "        return client.chat.completions.create(model=m, messages=[])\n"
            "    except RateLimitError:\n        return fallback()"
        ),
        (
            "@tenacity.retry\ndef f():\n    client = Cerebras()\n"
            "    with suppress(RateLimitError):\n"
            "        return client.chat.completions.create(model=m, messages=[])"
        ),
        looped(options="max_retries=0"),
        looped("ValueError"),
        looped("json.JSONDecodeError"),
        looped().replace("time.sleep(2**attempt)", "raise"),
        looped().replace("time.sleep(2**attempt)", "time.sleep(1)\n            raise"),
        looped().replace("time.sleep(2**attempt)", "pass"),
        looped().replace("range(5)", "questions"),  # each is another question
        looped().replace("messages=[]", "messages=history[attempt]"),
        looped().replace("model=m", "model=models[attempt]"),  # a fallback
        looped().replace("return client", "answers += client"),  # asks five times
        looped().replace("client.chat", "client.with_options(max_retries=0).chat"),
    ],
)
def test_one_retries(found, code):
    """Only one of them retries, or nobody knows."""
    assert found(code) == []


def test_count_is_told():
    """The finding says how many requests each attempt may be, and at which line."""
    code = (
        f"from cerebras.cloud.sdk import Cerebras\nimport tenacity\n{decorated('tenacity.retry')}"
    )
    (one,) = findings(code.replace("Cerebras()", "Cerebras(max_retries=4)"), "app.py", NEWEST)
    assert one.what.startswith("@tenacity.retry retries the call")
    assert "up to 5 requests" in one.what
    assert one.line == 6

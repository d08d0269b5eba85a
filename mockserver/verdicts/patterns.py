"""Correct code: at most five lines of Python for each rule, and for some exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent


def _lines(code: str) -> tuple[str, ...]:
    return tuple(dedent(code).strip("\n").splitlines())


_WAITS = """
    for attempt in range(5):
        try:
            return client.chat.completions.create(**asked)
        except RateLimitError as error:
            time.sleep(float(error.response.headers.get("retry-after", 2**attempt)))
"""
_BACKS_OFF = """
    for attempt in range(5):
        try:
            return client.chat.completions.create(**asked)
        except (RateLimitError, InternalServerError, APIConnectionError):
            time.sleep(random.uniform(0.5, 1) * 2**attempt)
"""
_FALLS_BACK = """
    for model in ("gpt-oss-120b", "qwen-3.8-27b"):
        try:
            return client.chat.completions.create(model=model, messages=messages)
        except (NotFoundError, RateLimitError, InternalServerError) as error:
            failed = error
"""

_CATCHES = """
    try:
        answer = ask(question)
    except ({}) as error:
        answer = apology(error)
"""

PATTERNS: Mapping[str, tuple[str, ...]] = {
    "retry-after-ignored": _lines(_WAITS),
    "permanent-error-retried": _lines("""
        try:
            return client.chat.completions.create(**asked)
        except APIStatusError as error:
            if error.status_code not in (408, 429) and error.status_code < 500:
                raise AskedWronglyError(error.message) from error
    """),
    "hot-retry": _lines(_BACKS_OFF),
    "constant-backoff": _lines(_BACKS_OFF),
    "no-jitter": _lines(_BACKS_OFF),
    "nested-retries": _lines("""
        client = Cerebras(max_retries=0)  # the loop around it retries
    """),
    "gave-up-at-once": _lines("""
        client = Cerebras(max_retries=3)  # waits longer each time, and as Retry-After says
    """),
    "no-fallback": _lines(_FALLS_BACK),
    "overflow-repeated": _lines("""
        try:
            return client.chat.completions.create(model=model, messages=messages)
        except BadRequestError:
            shorter = [*messages[:1], *messages[1:][len(messages) // 2 :]]
            return client.chat.completions.create(model=model, messages=shorter)
    """),
    "half-answer": _lines("""
        for chunk in stream:
            text += chunk.choices[0].delta.content or ""
            finish = chunk.choices[0].finish_reason or finish
        if finish != "stop":
            raise IncompleteError(text)
    """),
    "partial-tool-call": _lines("""
        if choice.finish_reason != "tool_calls":
            raise IncompleteError
        for call in choice.message.tool_calls:
            arguments = json.loads(call.function.arguments)  # raises for half of an object
            run(call.function.name, arguments)
    """),
    "tool-ran-twice": _lines("""
        if call.id not in results:  # kept as long as the conversation
            results[call.id] = run(call.function.name, arguments)
        tell(call.id, results[call.id])
    """),
    "unread-answer": _lines("""
        client = Cerebras(timeout=httpx.Timeout(120, connect=5))  # above what an answer takes
    """),
    "duplicate-request": _lines("""
        if question not in answers:
            answers[question] = client.chat.completions.create(**asked)
        return answers[question]
    """),
    "announced-429": _lines("""
        response = client.chat.completions.with_raw_response.create(**asked)
        if response.headers["x-ratelimit-remaining-requests-minute"] == "0":
            time.sleep(60)
        return response.parse()
    """),
    "excessive-reservation": _lines("""
        client.chat.completions.create(**asked, max_completion_tokens=500)
    """),
    "slept-for-hours": _lines("""
        wait = float(error.response.headers.get("retry-after", 1))
        if wait > 60:
            raise BusyError(f"try again in {wait:.0f} s") from error
        time.sleep(wait)
    """),
    "no-overall-deadline": _lines("""
        async with asyncio.timeout(120):  # for the whole answer, not for each read
            async for chunk in stream:
                text += chunk.choices[0].delta.content or ""
    """),
    "endless-requests": _lines("""
        for _ in range(10):  # rounds
            answer = ask(messages)
            if not answer.tool_calls:
                return answer
        raise TooManyRoundsError
    """),
    "status-page-polled": _lines("""
        if failed and looked_at + 30 < time.monotonic():
            looked_at = time.monotonic()
            status = httpx.get(f"{page}/api/v2/status.json").json()["status"]
        time.sleep(random.uniform(0.5, 1) * 2**attempt)  # whatever the page says
    """),
    "key-sent-elsewhere": _lines("""
        client = Cerebras()  # reads CEREBRAS_BASE_URL and CEREBRAS_API_KEY
        client = OpenAI()  # reads OPENAI_BASE_URL and OPENAI_API_KEY
    """),
    # exceptions of libraries, by a base class
    "CerebrasError": _lines(_CATCHES.format("CerebrasError, httpx.HTTPError")),
    "OpenAIError": _lines(_CATCHES.format("OpenAIError, httpx.HTTPError")),
    "HTTPError": _lines(_CATCHES.format("CerebrasError, httpx.HTTPError")),
}

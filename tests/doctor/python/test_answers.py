"""What becomes of an answer, and of an error in its place."""

import pytest

from mockserver.api.contract import editions

CUT = """
def f():
    client = Cerebras()
    answer = client.chat.completions.create(model=m, messages=[], max_tokens=300)
    return answer.choices[0].message.content
"""


@pytest.mark.parametrize(
    "code",
    [
        CUT,
        CUT + "    # finish_reason is of no interest",
        CUT.replace("max_tokens", "max_completion_tokens"),
        CUT.replace("content", "content.strip()"),
        CUT.replace("message.content", 'message.content or ""'),
        "LIMIT = 200\n" + CUT.replace("=300", "=LIMIT"),
        CUT.replace("answer = client", "return client")
        .replace("300)", "300).choices[0].message.content")
        .replace("    return answer.choices[0].message.content\n", ""),
        CUT.replace("def", "async def")
        .replace("Cerebras", "AsyncCerebras")
        .replace("= cl", "= await cl"),
    ],
)
def test_finish_reason_unread(found, code):
    """A limited answer whose text is handed on, whatever it ended with."""
    assert found(code) == ["finish-reason-unread"]


@pytest.mark.parametrize(
    "code",
    [
        CUT + "def check(answer):\n    return answer.choices[0].finish_reason\n",
        CUT + "def check(answer):\n    return answer.model_dump()['choices'][0]['finish_reason']\n",
        CUT.replace("    return", "    check(answer)\n    return"),
        CUT.replace("choices[0].message.content", "choices[0]"),
        CUT.replace("    return", "    print(answer)\n    return"),
        CUT.replace("return answer.choices[0].message.content", "return answer"),
        CUT.replace("return answer.choices[0].message.content", "return answer.usage.total_tokens"),
        CUT.replace("return ", "print(").replace("content", "content)"),
        CUT.replace(", max_tokens=300", ""),
        CUT.replace("=300", "=5"),
        CUT.replace("=300", "=limit"),
        CUT.replace("=300", "=300, stream=True"),
        CUT.replace("=300", "=300, tools=tools"),
        CUT.replace("=300", "=300, **options"),
        CUT.replace("Cerebras()", "OpenAI()"),
    ],
)
def test_finish_reason_may_be_read(found, code):
    """An answer that is looked at, has no limit worth a word, or goes elsewhere."""
    assert found(code) == []


GUIDE = """
def f():
    client = Cerebras()
    return client.chat.completions.create(model="short", messages=[])
"""


def short():
    """Return an edition with a model that stops after 512 tokens."""
    from dataclasses import replace

    edition = editions.load("2026-11")
    model = replace(edition.models["gpt-oss-120b"], default_output=512)
    return replace(edition, models={**edition.models, "short": model})


def test_no_token_limit(found):
    """A model that stops early unless it is told how far to go."""
    assert found(GUIDE, short()) == ["no-token-limit"]


@pytest.mark.parametrize(
    "code",
    [
        GUIDE.replace("messages=[]", "messages=[], max_completion_tokens=2000"),
        GUIDE.replace("messages=[]", "messages=[], max_tokens=2000"),
        GUIDE.replace("messages=[]", "**asked"),
        GUIDE.replace("short", "gpt-oss-120b"),
        GUIDE.replace('"short"', "model"),
    ],
)
def test_token_limit(found, code):
    """A limit that is set, may be set, or is not needed."""
    assert found(code, short()) == []


SWALLOWED = """
def f():
    client = Cerebras()
    try:
        return client.chat.completions.create(model=m, messages=[])
    except Exception:
        return ""
"""


@pytest.mark.parametrize(
    "code",
    [
        SWALLOWED,
        SWALLOWED.replace("except Exception", "except"),
        SWALLOWED.replace("Exception", "Exception as error"),
        SWALLOWED.replace("        return client", "        if x:\n            return client"),
    ],
)
def test_error_swallowed(found, code):
    """Any error becomes an empty answer, and nobody hears of it."""
    assert found(code) == ["error-swallowed"]


@pytest.mark.parametrize(
    "code",
    [
        SWALLOWED.replace("Exception", "RateLimitError"),
        SWALLOWED.replace('return ""', "return None"),
        SWALLOWED.replace('return ""', 'return "please try again"'),
        SWALLOWED.replace('return ""', 'log(error)\n        return ""'),
        SWALLOWED.replace('return ""', "raise"),
        SWALLOWED.replace('return ""', "pass\n    return fallback()"),
        SWALLOWED.replace("return client", "return other"),
        SWALLOWED.replace("Cerebras()", "OpenAI()"),
        SWALLOWED.replace("return client", "return lambda: client"),
    ],
)
def test_error_told(found, code):
    """An error that somebody hears of, or that is expected."""
    assert found(code) == []

"""Whether the app looks at ``finish_reason``: its own reads, and no library's."""

from __future__ import annotations

import gc
import sys
from types import ModuleType

import pytest
from cerebras.cloud.sdk.types.chat import chat_completion as of_cerebras
from openai.types.chat import chat_completion as of_openai
from openai.types.chat import chat_completion_chunk as of_openai_chunk

from pytest_cerebras.observe import finish_reasons

MESSAGE = {"role": "assistant", "content": "a"}
CHOICE = {"index": 0, "finish_reason": "length", "message": MESSAGE, "delta": MESSAGE}
WHOLE = {"id": "1", "created": 1, "model": "m", "object": "chat.completion", "choices": [CHOICE]}
TYPES = [
    of_openai.ChatCompletion,
    of_openai_chunk.ChatCompletionChunk,
    of_cerebras.ChatCompletionResponse,
    of_cerebras.ChatChunkResponse,
]


@pytest.fixture
def looked(monkeypatch):
    """Watch the classes, and return a list that grows with each read."""
    found = []
    watched = finish_reasons.watch(monkeypatch, lambda: found.append(1), ())
    assert watched
    assert not finish_reasons.watch(monkeypatch, lambda: found.append(2), watched)
    return found


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "look",
    [
        lambda answer: answer.choices[0].finish_reason,
        lambda answer: getattr(answer.choices[0], "finish_reason"),  # noqa: B009
        lambda answer: answer.choices[0].model_dump(),
        lambda answer: answer.model_dump(),
        lambda answer: answer.to_dict(),
        lambda answer: answer.model_dump_json(),
        lambda answer: dict(answer.choices[0]),
        repr,
        lambda answer: f"{answer}",
    ],
    ids=["field", "getattr", "dump", "dump_all", "dict", "json", "pairs", "repr", "str"],
)
def test_looks(looked, kind, look):
    """Each way to come to see it."""
    answer = kind.construct(**WHOLE)
    assert not looked
    assert "length" in str(look(answer))
    assert looked


@pytest.mark.parametrize("kind", TYPES)
def test_blind(looked, kind):
    """To read the text is not to look."""
    answer = kind.construct(**WHOLE)
    choice = answer.choices[0]
    assert "content" in str(getattr(choice, "message", None) or choice.delta)
    assert (answer.id, choice.index) == ("1", 0)
    assert not looked


def test_libraries(looked):
    """A read by a library is not a read by the app."""
    answer = TYPES[0].construct(**WHOLE)
    code = compile("found = answer.choices[0].finish_reason", "/x/site-packages/lib/a.py", "exec")
    names = {"answer": answer}
    exec(code, names)  # noqa: S102
    assert names["found"] == "length"
    assert not looked


def test_missing(looked):
    """A field that is not there is missing as before."""
    choice = TYPES[0].construct(**WHOLE).choices[0]
    del choice.__dict__["finish_reason"]
    with pytest.raises(AttributeError):
        _ = choice.finish_reason
    assert looked


def test_put_back():
    """Afterwards the classes are as they were."""
    before = {one: dict(vars(one)) for one, _ in finish_reasons._types()}
    with pytest.MonkeyPatch.context() as patch:
        finish_reasons.watch(patch, lambda: None, ())
        assert before != {one: dict(vars(one)) for one in before}
    after = {one: dict(vars(one)) for one in before}
    assert {one: set(names) for one, names in after.items()} == {
        one: {*names} for one, names in before.items()
    }


class Importing:
    """Garbage that imports a module when it is collected, and leaves more of its kind."""

    left = 1000

    def __init__(self):
        self.itself = self

    def __del__(self):
        name = f"imported_by_garbage_{Importing.left}"
        sys.modules[name] = ModuleType(name)
        Importing.left -= 1
        if Importing.left > 0:
            Importing()


def test_modules_that_garbage_imports(monkeypatch):
    """The collector may run while modules are looked through, and what it frees may import."""
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    before = gc.get_threshold()
    Importing()
    gc.set_threshold(1)
    try:
        assert finish_reasons.watch(monkeypatch, lambda: None, ())
    finally:
        gc.set_threshold(*before)
        Importing.left = 1
        gc.collect()

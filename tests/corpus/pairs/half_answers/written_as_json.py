"""A batch writes a record for each answer, and says ``done`` of one that was cut."""

from __future__ import annotations

import json
from pathlib import Path

from tests.corpus.apps.chat import checked
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/huggingface/chat-ui/issues/2383",
    scenario="truncated-512",
    rule="half-answer",
    parameters={"tokens": 100},
)


def write(mock: Mock, *, look: bool) -> None:
    choice = checked(mock, max_completion_tokens=None)["choices"][0]
    cut = look and choice["finish_reason"] == "length"
    record = {"id": 1, "answer": choice["message"]["content"], "truncated": cut}
    Path("answers.jsonl").write_text(f"{json.dumps(record)}\n", encoding="utf-8")


def guilty(mock: Mock) -> object:
    return write(mock, look=False)


def fixed(mock: Mock) -> object:
    return write(mock, look=True)

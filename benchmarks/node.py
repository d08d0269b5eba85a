"""
The contenders that run in Node, and the files that tell them what to answer.

Their packages are in the folder that ``BENCHMARK_NODE_MODULES`` names, or in the user's cache.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from .contender import Launch, Spot
from .machine import CACHE
from .questions import HOST, IDLE, KNOWN, PACE, PACED, PACED_TOKENS, TOKENS, Question

MODULES = Path(os.environ.get("BENCHMARK_NODE_MODULES", CACHE / "node_modules"))
_AIMOCK = MODULES / "@copilotkit" / "aimock"
_MOCK_LLM = MODULES / "@dwmkerr" / "mock-llm"
_WORD = "tok "
_PROFILES = {PACED: {"ttft": 0, "tps": PACE}, IDLE: {"ttft": 0, "tps": 0.001}}


def missing(package: str) -> list[str]:
    """Return what must be installed before a package can be measured."""
    if shutil.which("node") is None:
        return ["Node"]
    if not (MODULES / package).exists():
        return [f"`npm install --prefix {MODULES.parent} {package}`"]
    return []


def aimock(spot: Spot) -> Launch:
    """Return the command for CopilotKit's aimock: a fixture per question, one word per event."""
    fixtures = [_fixture(question) for question in KNOWN]
    path = spot.folder / "fixtures.json"
    path.write_text(json.dumps({"fixtures": fixtures}))
    script = str(_AIMOCK / "dist" / "cli.js")
    options = ("-h", HOST, "-p", str(spot.port), "-f", str(path), "--log-level", "silent")
    return Launch(["node", script, *options])


def _fixture(question: Question) -> dict[str, object]:
    words = PACED_TOKENS if question is PACED else TOKENS
    found: dict[str, object] = {
        "match": {"userMessage": question.word},
        "response": {"content": _WORD * words},
        "chunkSize": len(_WORD),
    }
    if question in _PROFILES:
        found["streamingProfile"] = _PROFILES[question]
    return found


def mock_llm(spot: Spot) -> Launch:
    """Return the command for mock-llm: one rule with a text, one word per event, no waits."""
    answer = {
        "id": "chatcmpl-{{timestamp}}",
        "object": "chat.completion",
        "model": "{{jmes request body.model}}",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": _WORD * TOKENS},
                "finish_reason": "stop",
            }
        ],
    }
    rule = {
        "path": "/v1/chat/completions",
        "match": "@",
        "response": {"status": 200, "content": json.dumps(answer)},
    }
    config = {"streaming": {"chunkSize": len(_WORD), "chunkIntervalMs": 0}, "rules": [rule]}
    path = spot.folder / "mock-llm.yaml"
    path.write_text(json.dumps(config))  # JSON is YAML
    script = str(_MOCK_LLM / "dist" / "main.js")
    return Launch(["node", script, "--config", str(path)], {"HOST": HOST, "PORT": str(spot.port)})

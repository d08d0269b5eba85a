"""An app that also runs without the SDK, and asks for a tool call."""

import json
import logging
import os

try:
    from cerebras.cloud.sdk import Cerebras
except ImportError:
    Cerebras = None

logger = logging.getLogger(__name__)
API_KEY = os.getenv("CEREBRAS_API_KEY", "")
TOOL = {"type": "function", "function": {"name": "classify", "parameters": {"type": "object"}}}


def classify(case: dict) -> dict:
    if not API_KEY or Cerebras is None:
        return {"kind": "unknown"}
    try:
        client = Cerebras(api_key=API_KEY)
        answer = client.chat.completions.create(
            model="gpt-oss-120b",
            messages=[{"role": "user", "content": json.dumps(case)}],
            tools=[TOOL],
            tool_choice={"type": "function", "function": {"name": "classify"}},
            max_completion_tokens=200,
        )
        calls = answer.choices[0].message.tool_calls
        if calls:
            return json.loads(calls[0].function.arguments)
    except Exception as error:
        logger.warning("no answer: %s", error)
    return {"kind": "unknown"}

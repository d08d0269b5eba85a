"""Programs of dspy: one that answers, one that calls a tool."""

from __future__ import annotations

import asyncio
from typing import Any

from .weather import MODEL, get_weather

_CALL = "question: str, tools: list[dspy.Tool] -> outputs: dspy.ToolCalls"


def _program(*, signature: str = "question -> answer", **settings: Any) -> Any:
    import dspy

    dspy.configure(lm=dspy.LM(f"cerebras/{MODEL}"), **settings)
    return dspy.Predict(signature)


def plain(question: str) -> str:
    """Ask a program."""
    return str(_program()(question=question).answer)


def with_a_tool(question: str) -> str:
    """Ask a program with the tool, and run what it calls."""
    import dspy

    tool = dspy.Tool(get_weather)
    native = dspy.ChatAdapter(use_native_function_calling=True)
    said = _program(signature=_CALL, adapter=native)(question=question, tools=[tool])
    return "\n".join(str(tool(**call.args)) for call in said.outputs.tool_calls)


def streamed(question: str) -> str:
    """Stream the answer of a program, and return it."""
    import dspy

    program = dspy.streamify(
        _program(),
        stream_listeners=[dspy.streaming.StreamListener(signature_field_name="answer")],
    )

    async def answer() -> str:
        async for part in program(question=question):
            if isinstance(part, dspy.Prediction):
                return str(part.answer)
        return ""

    return asyncio.run(answer())

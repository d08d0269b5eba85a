"""The client of instructor, which returns answers as models of pydantic."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from .weather import MODEL, get_weather


class Answer(BaseModel):
    """An answer to the question."""

    text: str


class GetWeather(BaseModel):
    """Tell the weather in a city."""

    city: str
    unit: str = "celsius"


def _client() -> Any:
    import instructor

    return instructor.from_provider(f"cerebras/{MODEL}")


def _messages(question: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}]


def plain(question: str) -> str:
    """Return the text of an answer as a model of pydantic."""
    messages = _messages(question)
    return str(_client().chat.completions.create(response_model=Answer, messages=messages).text)


def with_a_tool(question: str) -> str:
    """Get the arguments of the tool as a model of pydantic, and run the tool."""
    messages = _messages(question)
    wanted = _client().chat.completions.create(response_model=GetWeather, messages=messages)
    return get_weather(**wanted.model_dump())


def streamed(question: str) -> str:
    """Return the last text of an answer whose parts arrive as models of pydantic."""
    text = ""
    parts = _client().chat.completions.create_partial(
        response_model=Answer, messages=_messages(question)
    )
    for part in parts:
        text = part.text or text
    return text

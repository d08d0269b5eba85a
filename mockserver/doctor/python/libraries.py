"""A table of the constructors of API clients, by library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.verdicts.mistakes import Client

_BASE = ("base_url", "api_base", "openai_api_base", "cerebras_api_base")
_KEY = ("api_key", "openai_api_key", "cerebras_api_key")
_MODEL = ("model", "model_name", "model_id", "id")


@dataclass(frozen=True, slots=True)
class Library:
    """
    How a client of a library is made.

    ``appends``: which path the client appends to its base URL, as in ``Setup.client``. ``own``:
    whether the client sends to Cerebras if no base URL is set. ``prefix``: what precedes the
    model's id, if the library supports several vendors. ``sdk``: whether the client has
    ``chat.completions``. ``waits``: how long the client waits for an answer by default, in words;
    empty if that is short enough. ``reads_key``: whether the client reads the API key from the
    environment when the client is made. ``positional``: whether the first argument is the model.
    """

    appends: Client = "openai"
    own: bool = False
    prefix: str = ""
    sdk: bool = False
    waits: str = ""
    reads_key: bool = False
    positional: bool = False
    base_url: tuple[str, ...] = _BASE
    key: tuple[str, ...] = _KEY
    model: tuple[str, ...] = _MODEL


_CEREBRAS = Library("cerebras", own=True, sdk=True, reads_key=True)
_OPENAI = Library(sdk=True, reads_key=True, waits="up to 600 s for an answer, three times")
_LANGCHAIN = Library(waits="without limit for an answer")
_SLASH = Library(prefix="cerebras/", positional=True)
_COLON = Library(prefix="cerebras:", positional=True)

LIBRARIES: Mapping[tuple[str, str], Library] = {
    ("cerebras", "Cerebras"): _CEREBRAS,
    ("cerebras", "AsyncCerebras"): _CEREBRAS,
    ("cerebras", "Client"): _CEREBRAS,
    ("cerebras", "AsyncClient"): _CEREBRAS,
    ("openai", "OpenAI"): _OPENAI,
    ("openai", "AsyncOpenAI"): _OPENAI,
    ("openai", "Client"): _OPENAI,
    ("openai", "AsyncClient"): _OPENAI,
    ("langchain_cerebras", "ChatCerebras"): Library(
        own=True, reads_key=True, waits="without limit for an answer"
    ),
    ("browser_use", "ChatCerebras"): Library(own=True),
    ("langchain_openai", "ChatOpenAI"): _LANGCHAIN,
    ("langchain_community", "ChatOpenAI"): _LANGCHAIN,
    ("langchain", "init_chat_model"): _COLON,
    ("litellm", "completion"): _SLASH,
    ("litellm", "acompletion"): _SLASH,
    ("dspy", "LM"): _SLASH,
    ("crewai", "LLM"): _SLASH,
    ("instructor", "from_provider"): _SLASH,
    ("smolagents", "LiteLLMModel"): _SLASH,
    ("smolagents", "OpenAIServerModel"): Library(positional=True),
    ("smolagents", "OpenAIModel"): Library(positional=True),
    ("strands", "LiteLLMModel"): _SLASH,
    ("google", "LiteLlm"): _SLASH,
    ("langchain_litellm", "ChatLiteLLM"): _SLASH,
    ("pydantic_ai", "Agent"): _COLON,
    ("pydantic_ai", "CerebrasModel"): Library(own=True, positional=True),
    ("pydantic_ai", "CerebrasProvider"): Library(own=True),
    ("llama_index", "Cerebras"): Library(own=True, positional=True),
    ("llama_index", "OpenAILike"): Library(positional=True),
    ("haystack_integrations", "CerebrasChatGenerator"): Library(own=True),
    ("haystack", "OpenAIChatGenerator"): Library(base_url=("api_base_url",)),
    ("agno", "Cerebras"): Library("cerebras", own=True, positional=True),
    ("agno", "CerebrasOpenAI"): Library(own=True, positional=True),
}
"""The libraries, by the package and by the name that is imported from the package."""


def library(full_name: str) -> Library | None:
    """
    Return the library of a client, given the full name of the class or function that makes it.

    >>> library("langchain_cerebras.chat_models.ChatCerebras").own
    True
    """
    package, _, rest = full_name.partition(".")
    return LIBRARIES.get((package, rest.rpartition(".")[2]))

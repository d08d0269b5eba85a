"""How the libraries that reach the API are set up: a table of the calls that make their clients."""

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

    ``appends`` is what it appends to its base URL, as ``Setup.client``. ``own`` says that without
    a base URL it asks Cerebras. ``prefix`` stands in front of the model's id where the library asks
    several vendors. ``sdk`` says that it has ``chat.completions``. ``waits`` says how long it waits
    for an answer if nobody says so: in words, empty where that is short enough. ``reads_key`` says
    that it reads the key from the environment when it is made. ``positional`` says that the first
    argument is the model.
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
_OPENAI = Library(sdk=True, reads_key=True, waits="600 s for an answer, three times")
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
"""By the package and the name that is imported from it."""


def library(full_name: str) -> Library | None:
    """
    Return the library whose client a call makes, by the full name of what is called.

    >>> library("langchain_cerebras.chat_models.ChatCerebras").own
    True
    """
    package, _, rest = full_name.partition(".")
    return LIBRARIES.get((package, rest.rpartition(".")[2]))

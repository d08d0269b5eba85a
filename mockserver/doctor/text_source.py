"""
Looks for mistakes in the text of code and configuration in languages other than Python.

A text shows less than a syntax tree. A value is therefore checked only if a client reads it and it
can't be meant for another API. Examples are a base URL that is passed to a known SDK, and an id
that the text calls a model.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from urllib.parse import urlsplit

from mockserver.api.contract.edition import Edition
from mockserver.verdicts.mistakes import Client, Explanation, Setup
from mockserver.verdicts.mistakes.misspelt import means_cerebras

from . import configuration
from .comments import Style, without_comments
from .environment import ADDRESSES, first_in
from .finding import Finding
from .rules import explained
from .variables import is_former, is_placeholder

CODE: frozenset[Style] = frozenset({"slashes", "both"})
_MOST_MODELS = 3
"""A file that names more models than this is a list to choose from."""
_URL = r"(https?://[^\s\"'`<>,;)}\]]+)"
_ASSIGNED = r"[\"']?\s*(?:=|:)\s*[\"']?"
_VARIABLE = re.compile(rf"\b({'|'.join(ADDRESSES)}){_ASSIGNED}{_URL}")
_OPTION = re.compile(
    rf"\b(?:baseURL|baseUrl|base_url|apiBase|api_base|uri_base)[\"']?\s*:\s*[\"'`]{_URL}[\"'`]"
    rf"|(?:\.BaseURL\s*=\s*|\bWithBaseURL\()[\"`]{_URL}[\"`]"
)
_ENDPOINT = re.compile(r"[\"'`](https?://api\.cerebras\.[^\s\"'`]*completions)[\"'`]")
_KEY = re.compile(r"(?<![\w-])csk-[A-Za-z0-9]{32,64}(?![\w-])")
_SET_KEY = re.compile(
    r"\bCEREBRAS_(?:API_)?KEY(?:[\"']?\s*[=:]\s*|[ \t]+)[\"']?(csk-[A-Za-z0-9]{20,64})(?![\w-])"
)
"""A key whose name shows that it is a Cerebras key; it may be shorter than today's keys."""
_RUNS = re.compile("01234|12345|23456|34567|45678|56789|abcd|bcde|cdef|wxyz", re.IGNORECASE)
_FEWEST_CHARACTERS = 12  # fewer distinct characters than any random key has
_MODEL = re.compile(
    r"\b(?:\w*_)?(?:model|MODEL)(?:_?(?:name|NAME|Name|id|ID|Id))?[\"']?"
    r"\s*(?::=|=>|=|:)\s*[\"'`]?([A-Za-z][\w.-]{4,60})(?![\w./:@-])"
)
_OURS = re.compile(
    r"\bcerebras(?:(?:\.(?:chat|languageModel))?\(\s*[\"'`]|(?<=[\s\"'`]cerebras)[/:])"
    r"([\w.-]{1,60})(?![\w./:@-])"
)
_NAMED_OURS = re.compile(
    r"\b(?:\w+_)?(?:CEREBRAS_(?:[A-Z]+_)?MODEL(?:_NAME|_ID)?|cerebras_model|cerebrasModel)\b"
    r"[\"'\])]{0,3}(?::\s*string\s*=|\.unwrap_or(?:_else)?\((?:\|_\|)?|\s*(?:\|\||\?\?|:=|:-|[=:,]))"
    r"\s*[\"'`]?(?:cerebras[/:])?([\w.-]{1,60})(?![\w./:@-])"
)
"""A setting whose name shows that it is a model of Cerebras, with its value or its default."""
_OF_OTHERS = re.compile(r"gpt-[345]|claude-|gemini-|o[134]-")
_NAMED = re.compile(
    r"\b(?:CEREBRAS|OPENAI)_[A-Z_]+\b|^\s+(?:cerebras|openai)_[a-z_]+(?=\s*:)", re.MULTILINE
)
_READERS = ("cerebras.cloud.sdk", "cerebras_cloud_sdk", "from_cerebras", "agno.models.cerebras")
_CEREBRAS_SDK = re.compile(r"@cerebras/cerebras_cloud_sdk")
_OPENAI_SDK = re.compile(
    r"[\"'](?:openai|@ai-sdk/(?:openai|openai-compatible|cerebras)|@langchain/openai)[\"']"
    r"|go-openai|openai-go|ruby-openai|async_openai"
)
_OTHERS = re.compile(
    r"anthropic|api\.openai\.com|azure|bedrock|cohere|deepinfra|deepseek|fireworks|gemini|groq"
    r"|mistral|nebius|novita|ollama|openrouter|perplexity|sambanova|together|venice|vertex|\bxai",
    re.IGNORECASE,
)


def findings(
    text: str,
    place: str,
    edition: Edition,
    *,
    style: Style,
    read_by_code: Iterable[str] = (),
) -> list[Finding]:
    """
    Return the mistakes in a text; ``style`` is the style of its comments.

    ``read_by_code`` are the variables that the user's own code reads and may pass to any client.
    """
    if not mentions_cerebras(text):
        return []
    code = without_comments(text, style)
    found = (
        *_keys(code),
        *_variables(code, edition, frozenset(read_by_code)),
        *_options(code, edition),
        *_endpoints(code, edition),
        *_models(code, edition),
    )
    told = [Finding.at(place, code.count("\n", 0, at) + 1, one) for at, one in found]
    if style not in CODE:
        told += configuration.findings(code, place, edition, frozenset(read_by_code))
    return told


def mentions_cerebras(text: str) -> bool:
    """Return whether a text mentions Cerebras or contains the prefix of its keys."""
    return "cerebras" in text or "csk-" in text or "cerebras" in text.lower()


def variables_read(code: str) -> frozenset[str]:
    """
    Return the variables that code reads itself; a setting counts as a variable with the same name.

    If the code uses the SDK of Cerebras, variables with a base URL are left out, since the SDK
    reads them anyway.
    """
    names = frozenset(name.strip().upper() for name in _NAMED.findall(code))
    return names - ADDRESSES.keys() if has_sdk(code) else names


def has_sdk(code: str) -> bool:
    """Return whether code imports a client that reads CEREBRAS_BASE_URL by itself."""
    return any(name in code for name in _READERS)


def _keys(code: str) -> Iterator[tuple[int, Explanation]]:
    keys = {key.start(): key[0] for key in _KEY.finditer(code)}
    named = ((key.start(1), key[1]) for key in _SET_KEY.finditer(code))
    keys |= {at: key for at, key in named if _is_drawn(key)}
    for at, key in keys.items():
        if len(set(key)) >= _FEWEST_CHARACTERS:
            yield at, explained("key-in-code")


def _is_drawn(key: str) -> bool:
    """Return whether a key looks random rather than made up as an example."""
    return not _RUNS.search(key) and any(map(str.isdigit, key)) and not is_placeholder(key)


def _variables(
    code: str, edition: Edition, read_by_code: Container[str]
) -> Iterator[tuple[int, Explanation]]:
    for found in _VARIABLE.finditer(code):
        name, url = found[1], found[2]
        if means_cerebras(url) and not is_placeholder(url):
            client: Client = "" if name in read_by_code else ADDRESSES[name]
            setup = Setup(edition, client=client, base_url=url)
            yield from ((found.start(), one) for one in first_in(setup))


def _options(code: str, edition: Edition) -> Iterator[tuple[int, Explanation]]:
    client = _client(code)
    for found in _OPTION.finditer(code):
        url = found[1] or found[2]
        if client and means_cerebras(url) and not is_placeholder(url):
            setup = Setup(edition, client=client, base_url=url)
            yield from ((found.start(), one) for one in first_in(setup))


def _client(code: str) -> Client:
    """Return the only SDK that the code imports, or "" if it imports none or several."""
    ours, theirs = _CEREBRAS_SDK.search(code), _OPENAI_SDK.search(code)
    if ours and not theirs:
        return "cerebras"
    return "openai" if theirs and not ours else ""


def _endpoints(code: str, edition: Edition) -> Iterator[tuple[int, Explanation]]:
    """Yield the mistakes in full URLs of endpoints."""
    for found in _ENDPOINT.finditer(code):
        before = code[max(0, found.start() - 40) : found.start()]
        if is_placeholder(found[1]) or re.search(r"base|BASE|Base", before):
            continue
        url = urlsplit(found[1])
        setup = Setup(edition, base_url=f"{url.scheme}://{url.netloc}", path=url.path)
        yield from ((found.start(), one) for one in first_in(setup))


def _models(code: str, edition: Edition) -> Iterator[tuple[int, Explanation]]:
    ours = [
        (found.start(1), found[1])
        for pattern in (_OURS, _NAMED_OURS)
        for found in pattern.finditer(code)
        if not is_former(found[0].removesuffix(found[1]))
    ]
    ids = ours[:]
    if not _OTHERS.search(code):
        ids += [(found.start(1), found[1]) for found in _MODEL.finditer(code)]
    gone = {at: name for at, name in ids if name in edition.models and not edition.serves(name)}
    gone |= {at: name for at, name in ours if _OF_OTHERS.match(name)}
    if len(set(gone.values())) > _MOST_MODELS:
        return
    for at, name in sorted(gone.items()):
        yield from ((at, one) for one in first_in(Setup(edition, "cerebras", model=name)))

"""
Mistakes in the place or the form of the API key.

The rows explain a request only if the API refused the key. They check a key in the environment or
in code only if it is certainly for Cerebras, because a gateway has other keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from mockserver.core.key_forms import (
    BYTES,
    JSON_TEXT,
    LOCAL_WORDS,
    MASKED,
    NO_VALUES,
    NOT_ASCII,
    OBJECTS,
    PLACEHOLDERS,
    REFERENCES,
    UNEXPANDED,
    letters,
)

from .mistake import Condition, Mistake
from .setup import Setup

_AUTHENTICATION = "https://inference-docs.cerebras.ai/api-reference/authentication"
_OWN = "csk-"
_VENDORS: Mapping[str, str] = {
    "sk-ant-": "Anthropic",
    "sk-or-": "OpenRouter",
    "sk-lf-": "Langfuse",
    "pk-lf-": "Langfuse",
    "sk-proj-": "OpenAI",
    "sk-svcacct-": "OpenAI",
    "sk-admin-": "OpenAI",
    "sk-": "OpenAI or a service like it",
    "gsk_": "Groq",
    "hf_": "Hugging Face",
    "pplx-": "Perplexity",
    "xai-": "xAI",
    "nvapi-": "NVIDIA",
    "AIza": "Google",
    "fw_": "Fireworks",
    "tgp_v1_": "Together",
    "r8_": "Replicate",
    "lsv2_": "LangSmith",
    "ghp_": "GitHub",
    "gho_": "GitHub",
    "github_pat_": "GitHub",
}
"""The vendors, by the beginning of their keys; longer beginnings come first."""
_OTHER_FIELDS = (
    *("x-api-key", "api-key", "x-goog-api-key", "apikey", "api_key", "x-auth-token", "x-token"),
    *("authentication", "authorisation", "x-authorization", "auth", "bearer"),
    *("x-cerebras-api-key", "cerebras-api-key", "cerebras_api_key"),
)
_GLUED = ("bearer:", "bearer=", "bearercsk-", "bearersk-")
_OTHER_NAMES = ("CEREBRAS_KEY", "CEREBRAS_TOKEN", "CEREBRAS_API_TOKEN", "CEREBRAS_APIKEY")
_OTHER_SCHEMES = frozenset({"basic", "digest", "token", "api-key", "apikey", "key"})
_ABOUT_KEYS = frozenset({"Not authenticated", "Invalid authentication credentials"})
_QUOTES = tuple("\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb")
_ASSIGNED = re.compile(r"[A-Z_]+[=:]")


def _judged(it: Setup) -> bool:
    """Return whether the API refused the key, or the set-up has a key that is meant for the API."""
    if it.error is None:
        return it.authorization is not None and it.at_cerebras
    return it.code == "wrong_api_key" or it.error.get("detail") in _ABOUT_KEYS


def _scheme(it: Setup) -> str:
    first = (it.authorization or "").partition(" ")[0].lower()
    return first if first in _OTHER_SCHEMES or first == "bearer" else ""


def _key(it: Setup) -> str:
    """Return the key as the client sends it, including white space around the key."""
    sent = it.authorization or ""
    return sent.partition(" ")[2] if _scheme(it) else sent


def _where(it: Setup) -> str:
    return it.key_place or "CEREBRAS_API_KEY"


def _own(it: Setup) -> str:
    """Return the prefix that the edition requires of keys, or else the prefix of real keys."""
    return it.edition.keys.prefix or _OWN


def _vendor(it: Setup) -> str:
    key = _key(it)
    found = next((begins for begins in _VENDORS if key.startswith(begins)), "")
    return "" if key.startswith(_own(it)) else _VENDORS.get(found, "")


def _other_field(it: Setup) -> str:
    return next((name for name in _OTHER_FIELDS if name in it.headers), "")


def _parameter(it: Setup) -> str:
    """Return the name of the query parameter that holds a key."""
    names = (name for name, _ in parse_qsl(it.query))
    return next((name for name in names if letters(name) in ("key", "apikey", "token")), "")


def _other_variable(it: Setup) -> str:
    """Return the variable that is set instead of the variable that the client reads."""
    if it.client == "openai" and "CEREBRAS_API_KEY" in it.variables:
        return "CEREBRAS_API_KEY"
    others = (*_OTHER_NAMES, "OPENAI_API_KEY") if it.client == "cerebras" else ()
    return next((name for name in others if name in it.variables), "")


def _read_variable(it: Setup) -> str:
    return "OPENAI_API_KEY" if it.client == "openai" else "CEREBRAS_API_KEY"


def _has_other_variable(it: Setup) -> bool:
    knows = it.client == "cerebras" or it.at_cerebras
    sends_none = it.error is None and it.authorization == ""
    return (
        knows
        and sends_none
        and bool(_other_variable(it))
        and _read_variable(it) not in it.variables
    )


def _sends_none(it: Setup) -> bool:
    return it.authorization == ""


def _is_word_of(words: frozenset[str]) -> Condition:
    return lambda it: letters(_key(it)) in words and not _is_unexpanded(it)


def _is_placeholder(it: Setup) -> bool:
    key = _key(it).strip()
    filled_in = bool(key) and key != "..." and not key.strip("xX.…_")
    marked = "<placeholder>" in key or key == "<...>"
    return marked or filled_in or _is_word_of(PLACEHOLDERS)(it)


def _is_masked(it: Setup) -> bool:
    key = _key(it).strip()
    return MASKED in key or (bool(key) and not key.strip("*•"))


def _is_unexpanded(it: Setup) -> bool:
    return _key(it).strip().strip("\"'") in UNEXPANDED


def _has_space(it: Setup) -> bool:
    key = _key(it)
    return bool(key.strip()) and (key != key.strip() or " " in key)


def _facts(it: Setup) -> dict[str, object]:
    return {
        "key": _key(it),
        "where": _where(it),
        "own": _own(it),
        "scheme": _scheme(it).capitalize(),
        "vendor": _vendor(it),
        "field": _other_field(it),
        "parameter": _parameter(it),
        "variable": _other_variable(it),
        "read": _read_variable(it),
    }


def _row(
    name: str, when: Callable[[Setup], object], what: str, fix: str, source: str = _AUTHENTICATION
) -> Mistake:
    return Mistake(name, lambda it: _judged(it) and bool(when(it)), what, fix, source, facts=_facts)


KEYS = (
    # no key at the place where the API looks for it
    Mistake(
        "key-in-another-variable",
        _has_other_variable,
        "{variable} is set, but the client reads {read}",
        "set {read}, or pass api_key=os.environ[{variable!r}]",
        "https://github.com/DavidMarom/redberry-crm/pull/219",
        facts=_facts,
    ),
    _row(
        "key-in-another-field",
        lambda it: _sends_none(it) and _other_field(it),
        "the key was sent in the field {field}, but the API reads Authorization",
        "send the header Authorization: Bearer KEY instead of {field}",
    ),
    _row(
        "key-in-query",
        lambda it: _sends_none(it) and _parameter(it),
        "the key was sent in the query, as {parameter}=, but the API reads Authorization",
        "send the header Authorization: Bearer KEY, and remove {parameter}= from the URL",
    ),
    _row(
        "no-key",
        _sends_none,
        "the request had no Authorization header",
        "set {where} to the key, and send the header Authorization: Bearer KEY",
        "https://github.com/openai/openai-node/issues/73",
    ),
    _row(
        "empty-key",
        lambda it: _scheme(it) == "bearer" and not _key(it).strip(),
        "there is no key after Bearer, because {where} is empty",
        "set {where} to a key that begins with {own!r}",
        "https://github.com/langchain-ai/langchain/issues/21261",
    ),
    # the scheme
    _row(
        "bearer-twice",
        lambda it: _scheme(it) == "bearer" and _key(it).lower().startswith("bearer"),
        "the key was sent as {it.authorization!r}, with Bearer twice",
        "leave Bearer out of {where}, because the client adds it",
        "https://github.com/nuxt-community/auth-module/issues/95",
    ),
    _row(
        "basic-key",
        lambda it: _scheme(it) == "basic",
        "the key was sent with the scheme Basic, but the API accepts only Bearer",
        "send the header Authorization: Bearer KEY; if the code does send it, it is replaced by "
        "auth=, by a user name in the URL, or by ~/.netrc",
        "https://github.com/psf/requests/issues/3929",
    ),
    _row(
        "other-scheme",
        lambda it: _scheme(it) in _OTHER_SCHEMES,
        "the key was sent with the scheme {scheme}, but the API accepts only Bearer",
        "send the header Authorization: Bearer KEY",
    ),
    _row(
        "glued-bearer",
        lambda it: (it.authorization or "").lower().startswith(_GLUED),
        "the key was sent as {it.authorization!r}, without the space after Bearer",
        "send Authorization: Bearer {own}..., with one space and nothing else after Bearer",
    ),
    _row(
        "no-bearer",
        lambda it: not _scheme(it) and _key(it).startswith(_own(it)),
        "the key was sent as {it.authorization!r}, without the word Bearer before it",
        "send Authorization: Bearer {own}..., with a space after Bearer",
    ),
    # values that are not keys
    _row(
        "no-value",
        _is_word_of(NO_VALUES),
        "the word {key!r} was sent as the key, because the program found no value",
        "set {where}, and let the program stop if it is not set",
        "https://github.com/krishnaacharyaa/profileFolio/pull/42",
    ),
    _row(
        "local-key",
        _is_word_of(LOCAL_WORDS),
        "{key!r} was sent as the key, but only a self-hosted server accepts that",
        "set {where} to a key that begins with {own!r}",
        "https://github.com/openai/openai-python/issues/961",
    ),
    _row(
        "unexpanded-key",
        _is_unexpanded,
        "the key is {key!r}, the text of an unexpanded variable",
        "let the shell expand the variable (in double quotes, not single quotes), or use "
        "os.environ",
    ),
    _row(
        "secret-reference",
        lambda it: _key(it).strip() in REFERENCES,
        "the key is {key!r}, the address of a secret that nothing has fetched",
        "start the app with the tool that fetches the secret (for example op run -- ...), or "
        "fetch the secret in the app",
        "https://developer.1password.com/docs/cli/secret-references/",
    ),
    _row(
        "object-as-key",
        lambda it: _key(it).strip() in OBJECTS,
        "the key is {key!r}, an object that was turned into text",
        "pass the text itself: await a promise or a coroutine, or call a function",
        "https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Object/"
        "toString",
    ),
    _row(
        "bytes-as-key",
        lambda it: _key(it).strip() == BYTES,
        "the key is {key!r}, which is Python's bytes turned into text",
        "pass key.decode()",
        "https://docs.python.org/3/library/stdtypes.html#bytes.decode",
    ),
    _row(
        "json-as-key",
        lambda it: _key(it).strip() == JSON_TEXT,
        "the key is {key!r}, a JSON object as secret stores return it",
        "read the key from that object: json.loads(secret)[NAME]",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets.html",
    ),
    _row(
        "masked-key",
        _is_masked,
        "the key is {key!r}, a mask that was shown instead of the key",
        "set {where} to the key itself; with pydantic's SecretStr, pass get_secret_value()",
        "https://docs.pydantic.dev/latest/api/types/#pydantic.types.SecretStr",
    ),
    _row(
        "key-not-ascii",
        lambda it: NOT_ASCII in _key(it),
        "the key has a character that is not ASCII, such as an invisible space: {key!r}",
        "copy the key into {where} again, as plain text",
        "https://www.rfc-editor.org/rfc/rfc6750#section-2.1",
    ),
    _row(
        "key-with-name",
        lambda it: _ASSIGNED.match(_key(it)),
        "the key {key!r} begins with the name of a variable",
        "remove the name, and the sign after it, from {where}",
    ),
    _row(
        "placeholder-key",
        _is_placeholder,
        "the key is {key!r}, a placeholder from an example",
        "set {where} to a key of your own from https://cloud.cerebras.ai",
        "https://github.com/Cinnamon/kotaemon/issues/205",
    ),
    _row(
        "url-as-key",
        lambda it: _key(it).startswith(("http://", "https://")),
        "the key is a URL",
        "set {where} to the key, and CEREBRAS_BASE_URL to the URL",
        "https://github.com/continuedev/continue/issues/10250",
    ),
    # a key that is wrong in itself
    _row(
        "quoted-key",
        lambda it: _key(it).strip().startswith(_QUOTES) or _key(it).strip().endswith(_QUOTES),
        "the key has quotes in it: {it.authorization!r}",
        "leave the quotes out of {where}, because docker --env-file, docker-compose lists and "
        "Windows' set keep quotes",
        "https://github.com/topoteretes/cognee/issues/1721",
    ),
    _row(
        "key-with-newline",
        lambda it: "\n" in _key(it),
        "the key ends or begins with a newline, which no HTTP client sends",
        "remove the newline: {where} comes from a file, so read the file with .strip(), or write "
        "it with printf, not echo",
        "https://github.com/sendgrid/sendgrid-nodejs/issues/732",
    ),
    _row(
        "key-with-space",
        _has_space,
        "the key has white space in it: {it.authorization!r}",
        "remove the white space from {where}",
    ),
    _row(
        "upper-case-key",
        lambda it: _key(it).startswith(_own(it).upper()) and _own(it) != _own(it).upper(),
        "the key was sent in upper case, as {it.authorization!r}",
        "set {where} to the key exactly as you got it, with {own!r} at its beginning",
    ),
    _row(
        "cut-key",
        lambda it: _key(it).strip() == _own(it),
        "the key is only {own!r}, and the rest is missing",
        "copy the whole key into {where}",
    ),
    _row(
        "other-vendors-key",
        _vendor,
        "the key {key!r} belongs to {vendor}, not to Cerebras",
        "set {where} to a key that begins with {own!r}",
        "https://github.com/FerroxLabs/wayland/issues/9",
    ),
    _row(
        "unknown-key",
        lambda it: not _key(it).startswith(_own(it)),
        "the key {key!r} does not begin with {own!r}, but all Cerebras keys do",
        "set {where} to a key that begins with {own!r}",
    ),
)

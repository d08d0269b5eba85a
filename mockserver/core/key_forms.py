"""
Reduces an API key to a form that shows a mistake, but nothing of the key itself.

The form has only words from fixed lists, the marks around a key, and the beginning that identifies
a vendor.
"""

from __future__ import annotations

import re

BEGINNINGS = (
    *("sk-proj-", "sk-svcacct-", "sk-admin-", "sk-ant-", "sk-or-", "sk-lf-", "pk-lf-"),
    *("nvapi-", "tgp_v1_", "lsv2_", "github_pat_", "AIza"),
)
"""
Beginnings of vendors' keys. Beginnings of up to four characters and ``-`` or ``_``, such as
``gsk_``, are recognized without this list.
"""
NO_VALUES = frozenset({"none", "null", "undefined", "nan", "nil", "false", "true"})
"""Words that a program writes for a missing value."""
LOCAL_WORDS = frozenset(
    {
        *("empty", "ollama", "lmstudio", "notneeded", "notused", "unused", "nokey"),
        *("sknokeyrequired", "nokeyrequired", "nokeyneeded", "localai", "vllm"),
    }
)
"""Words that clients send to a self-hosted server that needs no key; see ``letters``."""
PLACEHOLDERS = frozenset(
    {
        *("key", "apikey", "token", "yourkey", "yourkeyhere", "yourapikey", "yourapikeyhere"),
        *("yourtoken", "yourtokenhere", "yoursecretkey", "yourapitoken", "myapikey", "mykey"),
        *("yourcerebraskey", "yourcerebraskeyhere", "yourcerebrasapikey"),
        *("yourcerebrasapikeyhere", "cerebrasapikey", "cerebraskey", "mycerebrasapikey"),
        *("youropenaiapikey", "youropenaikey", "openaiapikey", "enteryourapikey", "enterapikey"),
        *("insertapikey", "insertapikeyhere", "insertyourapikey", "insertyourapikeyhere"),
        *("addyourapikey", "addyourapikeyhere", "pasteyourapikeyhere", "pasteyourkeyhere"),
        *("replaceme", "replacewithyourapikey", "replacewithyourkey", "changeme", "changethis"),
        *("todo", "fixme", "placeholder", "here", "keyhere", "apikeyhere", "actualkey", "realkey"),
    }
)
"""Words that stand for a key in examples; see ``letters``."""

_SCHEMES = frozenset({"basic", "bearer", "digest", "token", "api-key", "apikey", "key"})
_MOST_SCHEMES = 3
_DEEPEST = 3  # levels of forms within forms; NAME="KEY" has three
# "csk-", "sk-", "gsk_", "hf_", "pplx-" identify a vendor and reveal nothing
_BEGINNING = re.compile(rf"{'|'.join(BEGINNINGS)}|[^-_\s]{{1,4}}[-_]")
_FILLED_IN = re.compile(r"[xX]{3,}|[*.…•_]{3,}|…+")
_PLAIN = re.compile(r"[A-Za-z0-9 _.<>\[\]{}-]{1,64}")
_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"
_UNEXPANDED = {
    "${{...}}": r"\$\{\{.*\}\}",
    "${...}": r"\$\{[A-Za-z_][^{}]*\}",
    "$(...)": r"\$\([^()]*\)",
    "$env:...": r"\$[Ee]nv:\w+",
    "{env:...}": r"\{env:.*\}",
    "$...": r"\$[A-Z][A-Z0-9]*(_[A-Z0-9]+)+",
    "%...%": r"%[A-Z][A-Z0-9]*(_[A-Z0-9]+)+%",
    "{{...}}": r"\{\{.*\}\}",
    "os.environ...": r"os\.(environ|getenv)\b.*",
    "process.env...": r"process\.env\b.*",
}
UNEXPANDED = tuple(_UNEXPANDED)
"""The forms of variables that were not expanded."""
OBJECTS = {
    "[object ...]": r"\[object \w+\]",
    "<object ...>": r"<(coroutine|function|bound method|class|Future|Task|\S+ object at) .*>",
}
"""What a program writes for an object that is not a text."""
REFERENCES = {"op://...": r"op://.*", "arn:aws:...": r"arn:aws[\w-]*:.*", "vault:...": r"vault:.*"}
"""Addresses of secrets."""
BYTES = "b'...'"
"""What Python writes for bytes."""
JSON_TEXT = '{"...": ...}'
"""The form of a JSON object."""
MASKED = "<masked>"
NOT_ASCII = "<not ASCII>"
_OTHERS = {"<...>": r"<[^<>]*>", "http://...": r"http://.*", "https://...": r"https://.*"}
_FOUND = {BYTES: r"b(['\"]).*\1", JSON_TEXT: r'\{\s*".*\}'}
_WHOLE = [
    (re.compile(text, re.DOTALL), form)
    for form, text in (_UNEXPANDED | OBJECTS | REFERENCES | _FOUND | _OTHERS).items()
]
_GLUED = re.compile(r"bearer(?:[:=] ?|(?=csk-|sk-))", re.IGNORECASE)
_MASKS = re.compile(r"[*\u2022]{2}|\.{3}|\u2026")
_ASSIGNED = re.compile(
    r"(?:export |set |setx )?(?P<name>(?:CEREBRAS_|OPENAI_)?API_KEY|CEREBRAS_KEY)"
    r"(?P<sign>=|:) ?(?P<value>.+)"
)


def letters(text: str) -> str:
    """
    Return the letters and digits of a text, in lower case, to compare words.

    >>> letters("<YOUR-API_KEY>")
    'yourapikey'
    """
    return "".join(filter(str.isalnum, text.lower()))


def shown_credentials(field: str) -> str:
    """
    Return the form of an ``Authorization`` field: the scheme and the form of the key.

    >>> shown_credentials("Bearer sk-proj-abcdefgh"), shown_credentials("Bearer 'abc'")
    ('Bearer sk-proj-...', "Bearer '...'")
    """
    if (glued := _GLUED.match(field)) and field[glued.end() :].strip():
        return f"{glued[0]}{_form(field[glued.end() :].strip())}"
    words = field.split()
    schemes = 0
    while schemes < min(len(words), _MOST_SCHEMES) and words[schemes].lower() in _SCHEMES:
        schemes += 1
    key = " ".join(words[schemes:])
    return " ".join([*words[:schemes], *([_form(key)] if key else [])])


def shown_key(key: str) -> str:
    r"""
    Return the form of the ``Authorization`` field that a client makes from a key.

    White space around the key is kept as one character.

    >>> shown_key("csk-4f1d4f1d\n"), shown_key("")
    ('Bearer csk-...\n', 'Bearer')
    """
    bare = key.strip()
    if not bare:
        return "Bearer"
    before = key[: len(key) - len(key.lstrip())]
    after = key[len(key.rstrip()) :]
    return f"Bearer {_space(before)}{shown_credentials(bare)}{_space(after)}"


def _space(found: str) -> str:
    return "\n" if "\n" in found or "\r" in found else found[:1] and " "


def _form(key: str, deepest: int = _DEEPEST) -> str:
    """Return the form of a key without white space around it."""
    if _is_word(key):
        return key
    if not deepest:
        return "..."
    whole = next((form for pattern, form in _WHOLE if pattern.fullmatch(key)), "")
    if whole:
        return whole
    if key[0] in _QUOTES:
        closed = key[-1] if len(key) > 1 and key[-1] in _QUOTES else ""
        inner = key[1 : len(key) - len(closed)].strip()
        return f"{key[0]}{_form(inner, deepest - 1) if inner else ''}{closed}"
    if assigned := _ASSIGNED.fullmatch(key):
        value = _form(assigned["value"], deepest - 1)
        return f"{assigned['name']}{assigned['sign']}{value}"
    first, *others = key.split(" ")
    return " ".join([_word_form(first), *(["..."] if others else [])])


def _word_form(word: str) -> str:
    found = _BEGINNING.match(word)
    beginning = found[0] if found else ""
    rest = word[len(beginning) :]
    if beginning and not rest:
        return beginning
    filled_in = _FILLED_IN.fullmatch(rest) or letters(rest) in PLACEHOLDERS
    closed = word[-1] if word[-1] in _QUOTES else ""
    if not filled_in and _MASKS.search(rest):
        return f"{beginning}{MASKED}{closed}"
    if not filled_in and not word.strip(_QUOTES).isascii():
        return f"{beginning if beginning.isascii() else ''}{NOT_ASCII}{closed}"
    return f"{beginning}{'<placeholder>' if beginning and filled_in else '...'}{closed}"


def _is_word(key: str) -> bool:
    """Return whether a key is a word from a fixed list, which reveals nothing."""
    if _FILLED_IN.fullmatch(key):
        return True
    known = NO_VALUES | LOCAL_WORDS | PLACEHOLDERS
    return bool(_PLAIN.fullmatch(key)) and letters(key) in known

"""
Redacts credentials. A redacted key keeps only what a diagnosis needs.

Two kinds of values are credentials. One is the value of a header field, URL parameter or JSON field
whose name marks a credential. The other is any text in the format of a known key, wherever it
occurs. All other text of a prompt is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from string import ascii_letters, digits
from urllib.parse import unquote

from .key_forms import shown_credentials
from .messages import Fields, Request


def _when_used(pattern: str, flags: int = 0) -> Callable[[], re.Pattern[str]]:
    """Return a function that compiles a pattern at its first call, because compiling is slow."""
    return cache(partial(re.compile, pattern, flags))


_LONGEST_NAME = 256
_WITH_SCHEME = frozenset({"authorization", "proxy-authorization"})

# No letter or digit precedes a key, unless it is the end of an escape in JSON, Python or a URL.
_ESCAPES = (r"\\[nrtbf]", r"\\u[0-9A-Fa-f]{4}", r"\\x[0-9a-f]{2}", r"%[0-9A-Fa-f]{2}")
_START = rf"(?:(?<![A-Za-z0-9])|{'|'.join(f'(?<={escape})' for escape in _ESCAPES)})"
_FORMS = (
    (r"csk-", r"[A-Za-z0-9_-]{18,}"),  # Cerebras
    # OpenAI and others; the bound on the search for a digit keeps the time linear
    (r"sk-", r"(?=[A-Za-z_-]{0,99}+[0-9]|[A-Za-z]{16})[A-Za-z0-9_-]{19,}"),
    (r"gsk_|pplx-|xai-|nvapi-|r8_|fw_|tgp_v1_|lsv2_|glpat-|xox[abeprs]-", r"[A-Za-z0-9_-]{19,}"),
    (r"hf_|gh[oprsu]_|github_pat_", r"[A-Za-z0-9_]{19,}"),
    (r"AIza", r"[A-Za-z0-9_-]{20,}"),  # Google
    (r"[Bb]earer ", r"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{22,}[A-Za-z0-9._~+/-]*=*"),
)
# A JSON Web Token. The match begins where its word begins, to look at each word only once.
_JWT = (
    r"(?<![A-Za-z0-9_-])(?P<before>(?:(?!eyJ)[A-Za-z0-9_-])*+)eyJ[A-Za-z0-9_-]{19,}+"
    r"\.eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]*+"
)
_SHORTEST = b"a" * 22
"""
Every format of a key has at least this many letters, digits, ``_`` or ``-`` in a row. Few other
texts have so many.
"""
_RUNS = bytes(
    _SHORTEST[0] if chr(byte) in f"{ascii_letters}{digits}_-" else 0 for byte in range(256)
)
_KEY = _when_used(
    f"{_START}(?:{'|'.join(f'(?:(?P<p{at}>{p}){rest})' for at, (p, rest) in enumerate(_FORMS))})"
    f"|{_JWT}"
)
_BEGINNINGS = tuple(
    beginning.encode()
    for beginning in (
        *("sk-", "gsk_", "pplx-", "xai-", "nvapi-", "r8_", "fw_", "tgp_v1_", "lsv2_", "glpat-"),
        *("xox", "hf_", "gh", "AIza", "eyJ", "earer "),
    )
)
"""Every key of a known format contains one of these."""

_CREDENTIALS = (
    *("token", "secret", "secrets", "password", "passwords", "passwd", "passphrase"),
    *("authorization", "credential", "credentials", "cookie", "cookies", "signature"),
)
"""Endings of the names of credentials, in lower case."""
_OF_TWO_WORDS = _when_used(
    r"(?:access|account|admin|api|auth|encryption|functions?|license|master|private|secret|service|"
    r"shared|signing|subscription)[-_. ]?keys?\Z|(?:\A|[-_.])(?:auth|jwt|pwd|sig)\Z"
)
_ENDS_OF_WORDS = ("key", "keys", "auth", "jwt", "pwd", "sig")
_SIGNS = (
    *(b'key"', b'keys"', b'token"', b"secret", b"passw", b"passphrase", b'ization"', b"credential"),
    *(b"cookie", b"signature", b'auth"', b'jwt"', b'pwd"', b'sig"'),
)
"""
The lower-case text of a body contains one of these if a field of the body is named like a
credential.
"""

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)'
_FIELD = _when_used(
    rf'("(?<!\\")([^"\\]{{1,64}}+)"\s*+:\s*+)(?:{_STRING}|(\[\s*+(?:{_STRING}\s*+,?\s*+)++\]))',
    re.DOTALL,
)
_PARAMETER = re.compile(r"([?&;]((?:[A-Za-z0-9_.-]|%[0-9A-Fa-f]{2}){1,64}+)=)[^&\s\"'<>#\\]++")
_USER = re.compile(r"(?<=://)[^/\s:@\"']*+:[^/\s@\"']++@")
_ASCII = re.compile(
    rb"(?<!\\)((?:\\\\)*+)\\u00(2[013-9a-fA-F]|[346][0-9a-fA-F]|[57][0-9abABd-fD-F])"
)
"""A JSON escape of a character that needs no escape."""


def without_key(request: Request, body: bytes) -> Request:
    """Return the request with the given body, and with path, query and headers redacted."""
    path, query = _shown_line(request.path, request.query)
    sent = request.headers
    headers = sent.shown if isinstance(sent, Fields) else shown_fields(sent)
    return Request(request.method, path, headers, body, query, request.oversized, request.sender)


@lru_cache(maxsize=512)
def is_credential(name: str) -> bool:
    """
    Return whether a header field, URL parameter or JSON field of this name is a credential.

    >>> is_credential("X-Api-Key"), is_credential("openaiApiKey"), is_credential("max_tokens")
    (True, True, False)
    """
    lower = name.lower()
    if len(name) > _LONGEST_NAME:
        return False
    if lower.endswith(_CREDENTIALS):
        return True
    return lower.endswith(_ENDS_OF_WORDS) and _OF_TWO_WORDS().search(lower) is not None


def redacted(text: str) -> str:
    """
    Return a text with keys of known formats and credentials in URLs redacted.

    >>> redacted("csk-4f1d4f1d4f1d4f1d at https://x.test/?api_key=abc&n=1")
    'csk-... at https://x.test/?api_key=...&n=1'
    """
    data = text.encode(errors="surrogatepass")
    if _may_have_key(data):
        text = _KEY().sub(_beginning, text)
    if b"=" in data:
        text = _PARAMETER.sub(_parameter, text)
    return _USER.sub("...@", text) if b"://" in data else text


def redacted_body(body: bytes, *, named: bool = True) -> bytes:
    """
    Return a body without the values of its credential fields, and without what ``redacted`` finds.

    If ``named`` is false, credential fields are not searched for.
    """
    if b"\\" in body and b"\\u00" in body:
        body = _ASCII.sub(lambda found: found[1] + bytes.fromhex(found[2].decode()), body)
    named = named and _may_have_field(body)
    form = body.lstrip()[:1] not in (b"{", b"[")
    linked = form or (b"?" in body and b"=" in body)
    if not (named or linked or _may_have_key(body)):
        return body  # by far the most common case
    text = body.decode("latin-1")  # latin-1 maps each byte to one character and back
    if named:
        text = _FIELD().sub(_field, text)
    return (redacted(f"&{text}")[1:] if form else redacted(text)).encode("latin-1")


def is_clean(piece: bytes, *, named: bool) -> bool:
    """
    Return whether redaction leaves a piece of JSON unchanged, whatever else the body holds.

    No credential extends beyond the string that it is in, so each piece can be judged by itself.
    """
    if b"\\u00" in piece and _ASCII.search(piece):
        return False
    text = piece.decode("latin-1")
    if named and _may_have_field(piece) and _FIELD().sub(_field, text) != text:
        return False
    return redacted(text) == text


def _may_have_key(data: bytes) -> bool:
    return _SHORTEST in data.translate(_RUNS) and any(one in data for one in _BEGINNINGS)


def _may_have_field(data: bytes) -> bool:
    lower = data.lower()
    return any(sign in lower for sign in _SIGNS)


@lru_cache
def _shown_line(path: str, query: str) -> tuple[str, str]:
    """Return the path and query with credentials redacted."""
    return redacted(path), "&".join(map(_pair, query.split("&"))) if query else ""


def shown_fields(headers: Mapping[str, str]) -> dict[str, str]:
    """Return header fields with credentials redacted; their names are in lower case."""
    # each field is cached by itself, because few of a client's fields differ between requests
    return dict(zip(headers, map(_shown, headers, headers.values()), strict=True))


@lru_cache(maxsize=512)
def _shown(name: str, value: str) -> str:
    return redacted(shown_field(name, value) if is_credential(name) else value)


def shown_field(name: str, value: str) -> str:
    """Return the redacted value of a header field; ``name`` is in lower case."""
    if name in _WITH_SCHEME:
        return shown_credentials(value)
    return "..." if is_credential(name) else redacted(value)


def _pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    if equals and (name.lower() == "key" or is_credential(unquote(name))):
        return f"{name}=..."
    plain = unquote(pair)
    found = redacted(plain)
    return pair if found == plain else found


def _beginning(key: re.Match[str]) -> str:
    if (before := key["before"]) is None:
        return f"{next(filter(None, key.groups()))}..."
    if before:  # it may hold a key, which may follow an escape that begins one character earlier
        sign = key.string[max(key.start() - 1, 0) : key.start()]
        before = _KEY().sub(_beginning, sign + before)[len(sign) :]
    return f"{before}eyJ..."


def _field(found: re.Match[str]) -> str:
    if not is_credential(found[2]):
        return found[0]
    return f'{found[1]}["..."]' if found[3] else f'{found[1]}"..."'


def _parameter(found: re.Match[str]) -> str:
    name = unquote(found[2])
    return f"{found[1]}..." if name.lower() == "key" or is_credential(name) else found[0]

"""What is kept of a key."""

from __future__ import annotations

import time

import pytest

from mockserver.core.credentials import (
    is_clean,
    is_credential,
    redacted,
    redacted_body,
    shown_fields,
    without_key,
)
from mockserver.core.messages import Fields, Request

SECRET = "csk-topsecret0123456789abcdef"


@pytest.mark.parametrize(
    ("credentials", "kept"),
    [
        (f"Bearer {SECRET}", "Bearer csk-..."),
        ("Bearer sk-proj-abcdefgh", "Bearer sk-proj-..."),
        (f"bearer   {SECRET}", "bearer csk-..."),
        (f"Bearer\t{SECRET}", "Bearer csk-..."),
        ("Bearer test", "Bearer ..."),
        (SECRET, "csk-..."),
        ("", ""),
        ("Bearer abcdefghijklmnop", "Bearer ..."),
        ("Bearer secret-with-dashes", "Bearer ..."),
        ("Bearer ", "Bearer"),
        ("Basic dXNlcjpwYXNzd29yZA==", "Basic ..."),
    ],
)
def test_shortened(credentials, kept):
    """Of credentials remain the scheme and what tells vendors apart."""
    request = Request("GET", "/", {"authorization": credentials, "accept": "*/*"})
    shown = without_key(request, request.body)
    assert shown.headers == {"authorization": kept, "accept": "*/*"}


def test_without_credentials():
    """A request without credentials is kept as it is."""
    request = Request("GET", "/", {"accept": "*/*"}, b"x", "a=b")
    assert without_key(request, request.body) == request
    assert without_key(request, b"decoded").body == b"decoded"


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"x-api-key": "abc"}, {"x-api-key": "..."}),
        ({"cookie": "a=b; c=d"}, {"cookie": "..."}),
        ({"proxy-authorization": "Basic YTpi"}, {"proxy-authorization": "Basic ..."}),
        ({"referer": "https://a.test/?key=b&n=1"}, {"referer": "https://a.test/?key=...&n=1"}),
        ({"x-note": f"with {SECRET}!"}, {"x-note": "with csk-...!"}),
        ({"x-request-id": "a1b2", "accept": "*/*"}, {"x-request-id": "a1b2", "accept": "*/*"}),
    ],
)
def test_fields_of_the_head(headers, kept):
    """A field that has the name of a credential is shortened, and a known key in any other."""
    assert without_key(Request("GET", "/", headers), b"").headers == kept


def test_one_value_in_two_fields():
    """Whether a value is a credential depends on the name of its field, in every request anew."""
    for name, kept in [("accept", "abc"), ("x-api-key", "..."), ("accept", "abc")]:
        assert without_key(Request("GET", "/", {name: "abc"}), b"").headers == {name: kept}


def test_known_beforehand():
    """An edge that knows how the fields are shown says so with them."""
    fields = Fields({"x-api-key": "abc", "accept": "*/*"})
    fields.shown = shown_fields(fields)
    assert fields.shown == {"x-api-key": "...", "accept": "*/*"}
    assert without_key(Request("GET", "/", fields), b"").headers is fields.shown


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("api_key=abc", "api_key=..."),
        ("a=1&key=abc&b", "a=1&key=...&b"),
        ("api%5Fkey=abc", "api%5Fkey=..."),
        (f"q={SECRET}", "q=csk-..."),
        (f"q={SECRET.replace('-', '%2D')}", "q=csk-..."),
        ("format=openrouter&after=file-1", "format=openrouter&after=file-1"),
        ("key", "key"),
    ],
)
def test_query(query, kept):
    """The same is true of the parameters of a URL."""
    assert without_key(Request("GET", "/", {}, b"", query), b"").query == kept


def test_path():
    """A known key in a path is shortened."""
    assert without_key(Request("GET", f"/v1/{SECRET}/x"), b"").path == "/v1/csk-.../x"


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('{"api_key": "a\\"b", "n": 1}', '{"api_key": "...", "n": 1}'),
        ('{"a":{"clientSecret":"x"}}', '{"a":{"clientSecret":"..."}}'),
        ('{"tokens": ["x"], "token": ["x", "y"]}', '{"tokens": ["x"], "token": ["..."]}'),
        ('{"\\u0074oken": "x"}', '{"token": "..."}'),
        ('{"password": "cut', '{"password": "..."'),
        (f'{{"prompt": "is {SECRET} mine?"}}', '{"prompt": "is csk-... mine?"}'),
        (f'{{"prompt": "\\n{SECRET}"}}', '{"prompt": "\\ncsk-..."}'),
        ("password=abc&n=1", "password=...&n=1"),
    ],
)
def test_bodies(body, kept):
    """Fields of a body that have such a name are shortened, and known keys in its texts."""
    assert redacted_body(body.encode()).decode() == kept


@pytest.mark.parametrize(
    "body",
    [
        '{"max_tokens": "5", "stop_tokens": ["a"]}',
        '{"properties": {"password": {"type": "string"}}, "required": ["password"]}',
        '{"content": "{\\"password\\": \\"not a credential, but a text\\"}"}',
        '{"content": "the api_key: abc, the password: def"}',
        '{"content": "sk-learn-style-estimators and task-1234567890123456789"}',
        '{"content": "csk-test, sk-..., gsk_, AIza"}',
        '{"content": "\\u00e9 \\\\u0041 \\u0022"}',
        '{"key": "value", "keys": ["a"]}',
    ],
)
def test_innocent_bodies(body):
    """What is no credential, or only speaks of one, stays as it is."""
    assert redacted_body(body.encode()).decode() == body


@pytest.mark.parametrize(
    ("piece", "named", "clean"),
    [
        ('{"content": "Hello, is 1 = 1?"}', True, True),
        (f'{{"content": "{SECRET}"}}', False, False),
        ('{"content": "see https://me:word@x.test"}', False, False),
        ('{"content": "see /x?token=word"}', False, False),
        ('{"content": "\\u0041"}', False, False),
        ('{"token": "word"}', True, False),
        ('{"token": "word"}', False, True),
        ('{"token": {"type": "string"}}', True, True),
    ],
)
def test_is_clean(piece, named, clean):
    """A piece is clean if nothing in it is redacted, also beside what makes us look closer."""
    assert is_clean(piece.encode(), named=named) is clean
    around = f'{{"a": "?=", "b": {piece}}}'.encode()
    assert (redacted_body(around, named=named) == around) is clean


def test_bytes_stay():
    """A body that is no text comes back byte for byte."""
    body = bytes(range(256)) + b' "token": "x" ' + bytes(range(256))
    assert redacted_body(body) == body.replace(b'"x"', b'"..."')


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            f"at https://user:pass@host/?x=1&access_token={SECRET}",
            "at https://...@host/?x=1&access_token=...",
        ),
        ("Bearer abcdefgh12345678xyz_-AB", "Bearer ..."),
        ("Bearer of good news", "Bearer of good news"),
        ("csk-... and 2 > 1 ? a = b : c", "csk-... and 2 > 1 ? a = b : c"),
    ],
)
def test_redacted(text, kept):
    """A text loses the keys and the credentials of URLs that stand in it; twice is as once."""
    assert redacted(text) == kept
    assert redacted(kept) == kept


_TOKEN = "eyJhbGciOiJIUzI1NiJ9aaaa.eyJzdWIiOiIxMjM0In0.abc-def"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (_TOKEN, "eyJ..."),
        (f"Bearer {_TOKEN}", "Bearer ..."),
        (f"jwt-{_TOKEN}, x", "jwt-eyJ..., x"),
        (f"\\n{_TOKEN}", "\\neyJ..."),
        (f"see_{SECRET}_{_TOKEN}", "see_csk-...eyJ..."),
        (f"\\n{SECRET}-{_TOKEN}", "\\ncsk-...eyJ..."),
        (f"sk-{'a-' * 40}1{'b' * 30}", "sk-..."),
        (f"sk-{'learn-' * 6}x", f"sk-{'learn-' * 6}x"),
    ],
)
def test_words_with_keys(text, kept):
    """A key ends where its word ends; a web token may have a word before it."""
    assert redacted(text) == kept


@pytest.mark.parametrize(
    "part",
    [
        *(
            "sk-",
            "sk_",
            "csk-",
            "hf_-",
            "eyJ-",
            "eyJ.",
            "-",
            "a-",
            f"eyJ{'a' * 20}.eyJ-",
            "eyJ-sk-",
        ),
        *("Bearer ", "://", "://a:", "?a=", "&a%41", "%41", '"a":', '"key":["', "\\u0041", "\\"),
    ],
)
@pytest.mark.parametrize("before", ["", 'sk-a eyJ.eyJ ://"key":'])
def test_long_texts(part, before):
    """Redaction takes linear time: in quadratic time, the worst of these take a minute."""
    text = before + part * (300_000 // len(part))
    began = time.process_time()
    redacted(text)
    redacted_body(f"{{{text}".encode())
    assert time.process_time() - began < 20


def test_very_long_names():
    """A name that no credential has is not looked through."""
    assert not is_credential("x" * 100_000 + "token")


@pytest.mark.parametrize(
    "credentials",
    [
        f"Bearer {SECRET}",
        f"bearer   {SECRET}",
        f"Basic {SECRET}",
        f"Token {SECRET} x",
        SECRET,
        f"Bearer\t{SECRET}",
    ],
)
@pytest.mark.parametrize("edition", ["guide", "2026-11"])
def test_key_is_never_kept(ask, play, credentials, edition):
    """Whatever form a key is sent in, no exchange holds it."""
    request = ask(headers={"authorization": credentials})
    found = play(request, scenario={"edition": edition})
    assert SECRET not in repr(found)
    assert SECRET not in found.line()

"""Mistakes in the key, and keys that are right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockserver.api.contract import editions
from mockserver.core.key_forms import shown_credentials, shown_key
from mockserver.verdicts.mistakes import Setup, mistakes_in
from mockserver.verdicts.mistakes.keys import KEYS

GUIDE = editions.load("guide")
TODAY = editions.load("2026-11")
OURS = replace(GUIDE, keys=replace(GUIDE.keys, prefix="ours-"))
KEY = "csk-" + "4f1dmock" * 6
WRONG = {"code": "wrong_api_key"}
NO_KEY = {"detail": "Not authenticated"}
NAMES = {one.name for one in KEYS}


def found(setup):
    """Return the mistakes in the key."""
    return [one for one in mistakes_in(setup) if one.name in NAMES]


def refused(field="", **known):
    """Return the set-up of a request whose key the API refused."""
    keys = {"edition": GUIDE, "error": WRONG} | known
    return Setup(authorization=shown_credentials(field), **keys)


def kept(key, **known):
    """Return the set-up of a variable with a key."""
    keys = {"edition": TODAY, "key_place": "CEREBRAS_API_KEY"} | known
    return Setup(authorization=shown_key(key), **keys)


@pytest.mark.parametrize(
    ("setup", "name", "what", "fix"),
    [
        (refused(), "no-key", "no Authorization header", "set CEREBRAS_API_KEY"),
        (refused(error=NO_KEY), "no-key", "no Authorization", "set CEREBRAS_API_KEY"),
        (
            refused(headers={"x-api-key": "..."}),
            "key-in-another-field",
            "in the field x-api-key",
            "instead of x-api-key",
        ),
        (refused(query="a=1&key=..."), "key-in-query", "as key=", "remove key="),
        (refused("Bearer"), "empty-key", "no key after Bearer", "set CEREBRAS_API_KEY"),
        (refused(f"Bearer Bearer {KEY}"), "bearer-twice", "'Bearer Bearer csk-...'", "leave"),
        (refused("Basic dTpw"), "basic-key", "the scheme Basic", "~/.netrc"),
        (refused(f"Token {KEY}"), "other-scheme", "the scheme Token", "Authorization: Bearer"),
        (refused(f"Bearer: {KEY}"), "glued-bearer", "'Bearer: csk-...'", "Bearer csk-..."),
        (refused(f"Bearer={KEY}"), "glued-bearer", "'Bearer=csk-...'", "Bearer csk-..."),
        (refused(f"Bearer{KEY}"), "glued-bearer", "'Bearercsk-...'", "Bearer csk-..."),
        (
            refused(headers={"authentication": "..."}),
            "key-in-another-field",
            "in the field authentication",
            "instead of authentication",
        ),
        (refused("Bearer [object Promise]"), "object-as-key", "'[object ...]'", "await"),
        (refused("Bearer <coroutine object f at 0x7f>"), "object-as-key", "<object", "await"),
        (refused(f"Bearer b'{KEY}'"), "bytes-as-key", "b'...'", "key.decode()"),
        (refused(f'Bearer {{"key": "{KEY}"}}'), "json-as-key", '{"...": ...}', "json.loads"),
        (refused("Bearer op://vault/item/key"), "secret-reference", "'op://...'", "op run"),
        (refused("Bearer **********"), "masked-key", "a mask", "get_secret_value()"),
        (kept("csk-4f1d********"), "masked-key", "'csk-<masked>'", "the key itself"),
        (kept("csk-4f1...9dk2"), "masked-key", "'csk-<masked>'", "the key itself"),
        (kept(f"{KEY}\u200b"), "key-not-ascii", "not ASCII", "as plain text"),
        (kept(f"\ufeff{KEY}"), "key-not-ascii", "not ASCII", "as plain text"),
        (refused(KEY), "no-bearer", "as 'csk-...', without the word", "Bearer csk-..."),
        (refused("Bearer null"), "no-value", "the word 'null'", "stop if it is not set"),
        (refused("Bearer EMPTY"), "local-key", "'EMPTY' was sent", "begins with 'csk-'"),
        (refused("Bearer $CEREBRAS_API_KEY"), "unexpanded-key", "'$...'", "let the shell"),
        (refused(f"Bearer API_KEY={KEY}"), "key-with-name", "'API_KEY=csk-...'", "remove the name"),
        (refused("Bearer changeme"), "placeholder-key", "'changeme'", "a key of your own"),
        (refused("Bearer https://x.test"), "url-as-key", "a URL", "CEREBRAS_BASE_URL"),
        (refused(f"Bearer '{KEY}'"), "quoted-key", "'csk-...'", "leave the quotes out"),
        (
            refused(f"Bearer {KEY.upper()}"),
            "upper-case-key",
            "'Bearer CSK-...'",
            "exactly as you got it",
        ),
        (refused("Bearer sk-or-v1-1"), "other-vendors-key", "belongs to OpenRouter", "'csk-'"),
        (refused("Bearer AIza1"), "other-vendors-key", "belongs to Google", "'csk-'"),
        (refused(f"Bearer {KEY}", edition=OURS), "unknown-key", "'csk-...'", "'ours-'"),
        (refused("Bearer abc"), "unknown-key", "'...'", "'csk-'"),
        # before anything is sent
        (kept(f"{KEY}\n"), "key-with-newline", "a newline", "CEREBRAS_API_KEY comes from a file"),
        (kept(f" {KEY}"), "key-with-space", "'Bearer  csk-...'", "remove the white space"),
        (
            kept(f"csk-abc {KEY}"),
            "key-with-space",
            "'Bearer csk-... ...'",
            "remove the white space",
        ),
        (kept("csk-"), "cut-key", "only 'csk-'", "copy the whole key"),
        (kept("csk-xxxx"), "placeholder-key", "'csk-<placeholder>'", "a key of your own"),
        (kept("csk-your-key-here"), "placeholder-key", "placeholder", "a key of your own"),
        (kept(f"Bearer {KEY}"), "bearer-twice", "with Bearer twice", "out of CEREBRAS_API_KEY"),
        (kept("sk-proj-1"), "other-vendors-key", "belongs to OpenAI", "'csk-'"),
        (kept("", key_place="CEREBRAS_KEY"), "empty-key", "CEREBRAS_KEY is empty", "CEREBRAS_KEY"),
        (
            kept("sk-1", key_place="", client="cerebras"),
            "other-vendors-key",
            "OpenAI or a service like it",
            "set CEREBRAS_API_KEY",
        ),
        (
            kept("sk-1", key_place="", base_url="https://api.cerebras.ai/v1", client="openai"),
            "other-vendors-key",
            "OpenAI or",
            "set CEREBRAS_API_KEY",
        ),
        (
            Setup(
                TODAY, client="cerebras", authorization="", variables=frozenset({"CEREBRAS_KEY"})
            ),
            "key-in-another-variable",
            "CEREBRAS_KEY is set, but the client reads CEREBRAS_API_KEY",
            "os.environ['CEREBRAS_KEY']",
        ),
        (
            Setup(
                TODAY,
                client="openai",
                base_url="https://api.cerebras.ai/v1",
                authorization="",
                variables=frozenset({"CEREBRAS_API_KEY"}),
            ),
            "key-in-another-variable",
            "CEREBRAS_API_KEY is set, but the client reads OPENAI_API_KEY",
            "set OPENAI_API_KEY",
        ),
    ],
)
def test_mistakes(setup, name, what, fix):
    """The first mistake in a key is named, with the place of the key."""
    told = found(setup)[0]
    assert told.name == name
    assert what in told.what
    assert fix in told.fix


@pytest.mark.parametrize(
    "setup",
    [
        kept(KEY),
        kept(KEY, client="cerebras"),
        kept("csk-test"),
        kept("ours-1", edition=OURS),
        kept(KEY, key_place="OPENAI_API_KEY", base_url="https://api.cerebras.ai/v1"),
        # a gateway, a server of one's own or the mock: these have keys of their own
        kept("sk-1234", base_url="http://localhost:4000"),
        kept("test", base_url="http://127.0.0.1:1234/mock/"),
        kept("EMPTY", base_url="http://localhost:8000/v1", client="openai"),
        kept("sk-or-v1-1", base_url="https://openrouter.ai/api/v1", client="openai"),
        kept("sk-proj-1", key_place="OPENAI_API_KEY", client="openai"),
        kept("sk-ant-1", key_place="ANTHROPIC_API_KEY"),
        # nothing is known of the key, or the API took it
        Setup(TODAY, client="cerebras"),
        Setup(TODAY, authorization=""),
        refused("Bearer sk-1", error={"code": "model_not_found"}),
        refused("", error={"code": "model_not_found"}),
        refused("", error={}),
        refused(f"Bearer {KEY}"),  # an unknown key of the right form: the scenario refused it
        # the variable that the client reads is set as well, or the code reads another
        Setup(
            TODAY,
            client="cerebras",
            authorization=shown_key(KEY),
            variables=frozenset({"CEREBRAS_KEY", "CEREBRAS_API_KEY"}),
        ),
        Setup(
            TODAY,
            client="cerebras",
            authorization=shown_key(KEY),
            variables=frozenset({"CEREBRAS_KEY"}),
        ),
        Setup(TODAY, client="openai", authorization="", variables=frozenset({"CEREBRAS_API_KEY"})),
    ],
)
def test_innocents(setup):
    """A key that is right, or that may be meant for another API, is no mistake."""
    assert found(setup) == []

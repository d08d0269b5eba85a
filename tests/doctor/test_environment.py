"""Mistakes in variables, and variables that are right."""

from __future__ import annotations

import pytest

from mockserver.doctor import environment
from mockserver.doctor.variables import of_environment

KEY = "csk-" + "4f1dmock" * 6


@pytest.fixture
def found(today):
    """Return a function that gives the place, the rule and the sentence of each finding."""

    def look(environ, *, exists=lambda _: False, read_by_code=()):
        variables = of_environment(environ)
        some = environment.findings(variables, today, exists=exists, read_by_code=read_by_code)
        return [(one.place, one.rule, one.what) for one in some]

    return look


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"CEREBRAS_API_KEY": KEY},
        {"CEREBRAS_BASE_URL": "https://api.cerebras.ai", "CEREBRAS_API_KEY": KEY},
        {"CEREBRAS_BASE_URL": "http://127.0.0.1:1234/mock/", "CEREBRAS_API_KEY": KEY},
        {"CEREBRAS_BASE_URL": "https://llm.corp.test/cerebras", "CEREBRAS_API_KEY": "sk-litellm"},
        {"CEREBRAS_API_BASE": "https://api.cerebras.ai/v1"},
        {"OPENAI_BASE_URL": "https://api.cerebras.ai/v1", "OPENAI_API_KEY": KEY},
        {"OPENAI_BASE_URL": "https://api.openai.com/v1", "OPENAI_API_KEY": "sk-proj-4f1d"},
        {"OPENAI_API_KEY": KEY},  # the base URL may stand in the code
        {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "http://127.0.0.1:8082"},
        {"ANTHROPIC_BASE_URL": "https://llm.corp.test/anthropic"},
        {"OPENAI_BASE_URL": "https://llm.corp.test/v1", "OPENAI_API_KEY": "sk-litellm"},
        {"OPENAI_BASE_URL": "https://api.cerebras.ai/v1"},
        {"GROQ_API_KEY": "gsk_4f1d"},
        {"HTTPS_PROXY": "http://proxy.test:3128", "NO_PROXY": "localhost"},
        {"HTTPS_PROXY": "proxy.test:3128"},
        {"ALL_PROXY": "socks5h://127.0.0.1:1080"},
        {"CEREBRAS_BASE_URL": "http://127.0.0.1:9", "HTTPS_PROXY": "http://proxy.test:3128"},
        {"OPENAI_BASE_URL": "not a URL: [", "HTTP_PROXY": ""},
        {"SSL_CERT_FILE": ""},
        {"CEREBRAS_MODEL": "gpt-oss-120b"},
        {"CEREBRAS_MOCK": "1", "CEREBRAS_MOCK_SCENARIO": "rate-limit"},
    ],
    ids=str,
)
def test_innocent(found, environ):
    """A set-up that is right, or of which too little is known, has no finding."""
    assert found(environ) == []


def test_base_url(found):
    """The variable is looked up with what its client appends; the key's findings are its own."""
    environ = {"CEREBRAS_BASE_URL": "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY": f'"{KEY}"'}
    assert [one[:2] for one in found(environ)] == [
        ("CEREBRAS_BASE_URL", "two-v1"),
        ("CEREBRAS_API_KEY", "quoted-key"),
    ]


def test_read_by_code(found):
    """A variable that the user's code reads may be for a client that appends no /v1."""
    environ = {"CEREBRAS_BASE_URL": "https://api.cerebras.ai/v1"}
    assert found(environ, read_by_code={"CEREBRAS_BASE_URL"}) == []


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "OPENAI_API_BASE", "CEREBRAS_API_BASE"])
def test_other_base_urls(found, name):
    """Those of OpenAI count where they lead to Cerebras."""
    assert [one[:2] for one in found({name: "https://api.cerebras.ai/v1/v1"})] == [(name, "two-v1")]


def test_key_is_never_shown(found):
    """Whatever is wrong with a key, its characters stay where they are."""
    secret = "4f1dmock4f1dmock"
    for key in (f"sk-proj-{secret}", f" csk-{secret}", f"Bearer {secret}", secret):
        (one, *_) = found({"CEREBRAS_API_KEY": key, "GROQ_API_KEY": f"csk-{secret}"})
        assert one[0] == "CEREBRAS_API_KEY"
        assert secret[:6] not in repr(one)


def test_misplaced_key(found):
    """A key under a name that nobody reads, unless the code does, or the right one is set."""
    (one,) = found({"CEREBRAS_KEY": KEY})
    assert one[:2] == ("CEREBRAS_KEY", "key-in-another-variable")
    assert found({"CEREBRAS_KEY": KEY}, read_by_code={"CEREBRAS_KEY"}) == []
    assert found({"CEREBRAS_KEY": KEY, "CEREBRAS_API_KEY": KEY}) == []
    assert found({"CEREBRAS_KEY": "name"}) == []


def test_key_in_the_variable_of_another_vendor(found):
    (one,) = found({"GROQ_API_KEY": KEY})
    assert one[:2] == ("GROQ_API_KEY", "key-of-cerebras")


@pytest.mark.usefixtures("shown")
def test_model(today):
    """A variable that names a model of Cerebras is looked up as such."""
    names = ("CEREBRAS_MODEL", "CEREBRAS_CHAT_MODEL", "CEREBRAS_MODEL_ID", "MODEL", "GROQ_MODEL")
    variables = of_environment(dict.fromkeys(names, "some"))
    some = environment.findings(variables, today, exists=lambda _: True)
    assert [(one.place, one.what) for one in some] == [
        (name, "cerebras|||None|some") for name in names[:3]
    ]


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates(found, name):
    """A file that is not there is told, one that is there is not."""
    (one,) = found({name: "/no/such.pem"})
    assert one[1:] == (
        "missing-certificates",
        f"{name} names a file that does not exist: /no/such.pem",
    )
    assert found({name: "/a.pem"}, exists=lambda path: path == "/a.pem") == []


def test_unusable_proxy(found):
    """Some desktops write socks://, which httpx refuses."""
    (one,) = found({"all_proxy": "socks://user:secret@127.0.0.1:1080"})
    assert one[:2] == ("all_proxy", "unusable-proxy")
    assert "secret" not in one[2]


@pytest.mark.parametrize("exempt", ["127.0.0.1", "localhost, 127.0.0.1", "*", "127.0.0.1:80"])
def test_proxied_loopback(found, exempt):
    """A mock behind the proxy is not reached, unless NO_PROXY names it."""
    environ = {"CEREBRAS_BASE_URL": "http://127.0.0.1:80", "http_proxy": "http://proxy.test"}
    (one,) = found(environ)
    assert one[:2] == ("http_proxy", "proxied-loopback")
    assert found({**environ, "NO_PROXY": exempt}) == []
    assert len(found({**environ, "NO_PROXY": "example.com"})) == 1


def test_openai_key(found):
    """The key of OpenAI's client is looked at where its base URL is this API's."""
    environ = {"OPENAI_BASE_URL": "https://api.cerebras.ai/v1", "OPENAI_API_KEY": "sk-proj-4f1d"}
    ((place, rule, _),) = found(environ)
    assert (place, rule) == ("OPENAI_API_KEY", "other-vendors-key")


def test_anthropic(found):
    """A client of Anthropic asks for an endpoint that this API does not have."""
    ((place, rule, _),) = found({"ANTHROPIC_BASE_URL": "https://api.cerebras.ai"})
    assert (place, rule) == ("ANTHROPIC_BASE_URL", "no-anthropic")

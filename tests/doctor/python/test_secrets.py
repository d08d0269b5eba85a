"""Keys and addresses in the code, and keys that are shown."""

import pytest

from mockserver.doctor.python.secrets import looks_real

# made up here, in pieces, so that nobody takes it for a real one
KEY = "csk-" + "w4k9p2m8x7v3t6c1" + "h5j0r8n2d6f4g9y3b7z1"


@pytest.mark.parametrize(
    "code",
    [
        f'client = get(api_key="{KEY}")',
        f'KEYS = ["{KEY}"]',
        f'headers = {{"Authorization": "Bearer {KEY}"}}',
        f'KEY = os.environ.get("CEREBRAS_API_KEY", "{KEY}")',
        f'KEY = os.environ.get("{KEY}")',
    ],
)
def test_key_in_code(found, code):
    """A key is found wherever it stands."""
    assert found(code) == ["key-in-code"]


@pytest.mark.parametrize(
    "text",
    [
        "csk-...",
        "csk-your-api-key-here",
        "csk-" + "x" * 48,
        "csk-" + "0123456789abcdef" * 3,
        "csk-" + "4f1d" * 12,
        "csk-test-4f9a8b7c6d5e",
        "sk-" + "w4k9p2m8x7v3t6c1h5j0r8n2d6f4g9y3",
        "csk-" + "averylongwordwithoutdigitsbutmanylettersinit",
        "csk-" + "q8w3z5x7c2v9" * 4,
        "csk-" + "q8w3z5x7c2v9k4m6" * 2,
        "csk-" + "mock-key-for-the-tests-of-this-project-only",
        r"^csk-[a-z0-9]{48}$",
    ],
)
def test_made_up_keys(text):
    """An example of a key, a test's key and another vendor's key are no leak."""
    assert not looks_real(text)


def test_key_is_never_told():
    """What is found holds nothing of the key."""
    from mockserver.api.contract import editions
    from mockserver.doctor.python_source import findings

    (one,) = findings(f'KEY = "{KEY}"', "app.py", editions.load("2026-11"))
    assert KEY[4:10] not in one.text()
    assert one.line == 1


@pytest.mark.parametrize(
    "code",
    [
        'print(os.environ["CEREBRAS_API_KEY"])',
        'key = os.getenv("CEREBRAS_API_KEY")\nprint("key:", key)',
        'key = os.environ.get("CEREBRAS_API_KEY")\nprint(f"using {key}")',
        'logger = logging.getLogger()\nlogger.info("key %s", os.getenv("CEREBRAS_API_KEY"))',
        'logging.debug(os.environ["CEREBRAS_API_KEY"])',
        "def f():\n    client = Cerebras()\n    print(client.api_key)",
    ],
)
def test_key_printed(found, code):
    """A key that is printed or logged as it is."""
    assert found(code) == ["key-printed"]


@pytest.mark.parametrize(
    "code",
    [
        'key = os.getenv("CEREBRAS_API_KEY")\nprint(key[:4])',
        'key = os.getenv("CEREBRAS_API_KEY")\nprint(f"{key[:4]}...")',
        'key = os.getenv("CEREBRAS_API_KEY")\nprint(f"{key:.4}")',
        'key = os.getenv("CEREBRAS_API_KEY")\nprint(bool(key), len(key), masked(key))',
        'print("set CEREBRAS_API_KEY")',
        'model = os.getenv("CEREBRAS_MODEL")\nprint(model)',
        "def f(api_key):\n    print(api_key)  # CEREBRAS_API_KEY",
        'key = os.getenv("CEREBRAS_API_KEY")\nkey = masked(key)\nprint(key)',
        'key = os.getenv("CEREBRAS_API_KEY")\nmath.log(key)',
        "def f(client):\n    print(client.api_key)",
    ],
)
def test_key_not_printed(found, code):
    """A part of the key, whether it is set, or what may be something else."""
    assert found(code) == []


@pytest.mark.parametrize(
    "code",
    [
        'def f():\n    return Cerebras(base_url="https://api.cerebras.ai")',
        'URL = "https://api.cerebras.ai"\ndef f():\n    return AsyncCerebras(base_url=URL)',
    ],
)
def test_host_in_code(found, code):
    """An address that hides the variable that the SDK reads."""
    assert found(code) == ["host-in-code"]


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n    return Cerebras()",
        'def f(timeout):\n    return OpenAI(base_url="https://api.cerebras.ai/v1")',
        'def f(timeout):\n    return ChatCerebras(base_url="https://api.cerebras.ai/v1")',
        (
            'URL = os.environ.get("LLM_URL", "https://api.cerebras.ai/v1")\n'
            "def f():\n    return OpenAI(base_url=URL)"
        ),
        'def f(url="https://api.cerebras.ai/v1"):\n    return OpenAI(base_url=url)',
        (
            'class C:\n    url = "https://api.cerebras.ai/v1"\n'
            "    def f(self):\n        return OpenAI(base_url=self.url)"
        ),
        'def f():\n    return OpenAI(base_url="https://my-gateway.example/v1")',
        'def f():\n    return OpenAI(base_url="http://127.0.0.1:8000/v1")',
        (
            'PROVIDERS = {"cerebras": "https://api.cerebras.ai/v1"}\n'
            "def f(name):\n    return OpenAI(base_url=PROVIDERS[name])"
        ),
        (
            'URL = "https://api.cerebras.ai/v1"\nif test:\n    URL = "http://127.0.0.1:8000/v1"\n'
            "def f():\n    return OpenAI(base_url=URL)"
        ),
    ],
)
def test_host_elsewhere(found, code):
    """An address that comes from outside, may be another, or is that of somebody else."""
    assert found(code) == []

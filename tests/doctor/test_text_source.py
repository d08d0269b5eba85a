"""Mistakes in code of other languages and in configuration, and what is innocent."""

from __future__ import annotations

import time

import pytest

from mockserver.doctor import text_source
from mockserver.doctor.comments import STYLES

KEY = "csk-" + "4f1dmock9x8y7z6w" * 3
GONE = ("llama3.1-8b", "llama-3.3-70b", "qwen-3-32b", "llama3.1-70b")
ROOT = "https://api.cerebras.ai"
OPENAI = 'import OpenAI from "openai";\n'
OURS = 'import Cerebras from "@cerebras/cerebras_cloud_sdk";\n'


@pytest.fixture
def found(today):
    """Return a function that gives the line, the rule and the sentence of each finding."""

    def look(text, kind="ts", **keys):
        some = text_source.findings(text, f"a.{kind}", today, style=STYLES[kind], **keys)
        return [(one.line, one.rule, one.what) for one in some]

    return look


@pytest.fixture
def looked_up(found, request):
    """Return a function that gives each set-up that is looked up."""
    request.getfixturevalue("shown")
    return lambda text, kind="ts", **keys: [what for *_, what in found(text, kind, **keys)]


@pytest.mark.parametrize(
    ("kind", "text", "setup"),
    [
        ("ts", f'{OPENAI}new OpenAI({{ baseURL: "{ROOT}" }})', f"openai|{ROOT}||None|"),
        ("ts", f"{OURS}new Cerebras({{baseURL: '{ROOT}/v1'}})", f"cerebras|{ROOT}/v1||None|"),
        (
            "ts",
            f"import {{ createCerebras }} from '@ai-sdk/cerebras'\nf({{ baseURL: `{ROOT}` }})",
            f"openai|{ROOT}||None|",
        ),
        (
            "go",
            f'import "github.com/sashabaranov/go-openai"\nconfig.BaseURL = "{ROOT}"',
            f"openai|{ROOT}||None|",
        ),
        (
            "go",
            f'import "github.com/openai/openai-go"\noption.WithBaseURL("{ROOT}")',
            f"openai|{ROOT}||None|",
        ),
        ("sh", f"export CEREBRAS_BASE_URL={ROOT}/v1", f"cerebras|{ROOT}/v1||None|"),
        ("yaml", f"    CEREBRAS_BASE_URL: '{ROOT}/v1'", f"cerebras|{ROOT}/v1||None|"),
        ("yaml", f"  - OPENAI_BASE_URL={ROOT}", f"openai|{ROOT}||None|"),
        ("dockerfile", f"ENV CEREBRAS_API_BASE={ROOT}", f"openai|{ROOT}||None|"),
        (
            "rb",
            f'post("{ROOT}/chat/completions")',
            f"|{ROOT}|/chat/completions|None|",
        ),
        ("ts", 'const m = cerebras("llama3.1-8b")', "cerebras|||None|llama3.1-8b"),
        ("ts", 'cerebras.chat("llama3.1-8b")', "cerebras|||None|llama3.1-8b"),
        ("ts", 'cerebras("gpt-4o")', "cerebras|||None|gpt-4o"),
        ("yaml", "model: cerebras/llama3.1-8b", "cerebras|||None|llama3.1-8b"),
        ("ts", f'{OURS}x({{ model: "llama3.1-8b" }})', "cerebras|||None|llama3.1-8b"),
        ("yaml", "cerebras:\n  model: llama3.1-8b", "cerebras|||None|llama3.1-8b"),
        ("json", '{"cerebras": {"model": "llama3.1-8b"}}', "cerebras|||None|llama3.1-8b"),
        ("sh", "CEREBRAS_MODEL=llama3.1-8b", "cerebras|||None|llama3.1-8b"),
        ("sh", "GROQ=1 M=${CEREBRAS_MODEL:-llama3.1-8b}", "cerebras|||None|llama3.1-8b"),
        ("yaml", "- id: cerebras:llama3.1-8b # not groq", "cerebras|||None|llama3.1-8b"),
        ("ts", "x = e.CEREBRAS_MODEL || 'llama3.1-8b'; groq()", "cerebras|||None|llama3.1-8b"),
        ("ts", "e['CEREBRAS_MODEL'] ?? 'llama3.1-8b'; groq()", "cerebras|||None|llama3.1-8b"),
        (
            "ts",
            "const CEREBRAS_MODEL: string = 'llama3.1-8b'; groq()",
            "cerebras|||None|llama3.1-8b",
        ),
        ("ts", "f({ cerebrasModel: 'llama3.1-8b' }); groq()", "cerebras|||None|llama3.1-8b"),
        ("go", 'env("CEREBRAS_MODEL", "llama3.1-8b"); groq()', "cerebras|||None|llama3.1-8b"),
        (
            "rs",
            'env::var("CEREBRAS_MODEL").unwrap_or_else(|_| "llama3.1-8b".into()); groq()',
            "cerebras|||None|llama3.1-8b",
        ),
        (
            "java",
            'String MODEL_NAME = "llama3.1-8b"; // Cerebras\nf("cerebras");',
            "cerebras|||None|llama3.1-8b",
        ),
    ],
)
def test_looked_up(looked_up, kind, text, setup):
    """A client's base URL, a URL that is asked, a model: each is looked up as it is meant."""
    assert looked_up(text, kind) == [setup]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ts", f'// baseURL: "{ROOT}"\n{OPENAI}'),
        ("ts", f'{OPENAI}new OpenAI({{ baseURL: "https://api.openai.com" }}) // or cerebras'),
        ("ts", f'{OPENAI}new OpenAI({{ baseURL: "http://127.0.0.1:1234" }}) // cerebras'),
        ("ts", f'{OPENAI}new OpenAI({{ baseURL: "https://openrouter.ai/api" }}) // cerebras'),
        ("ts", f'{OPENAI}{OURS}f({{ baseURL: "{ROOT}" }})'),  # of which client?
        ("ts", f'const baseURL = "{ROOT}"; fetch(baseURL + "/v1/chat/completions")'),
        ("ts", f'const baseURL = "{ROOT}/v1/chat/completions"; fetch(baseURL)'),
        ("ts", f"{OPENAI}f({{ baseURL: `https://${{region}}.cerebras.ai` }})"),
        ("sh", "export CEREBRAS_BASE_URL=http://127.0.0.1:8000"),
        ("sh", f"# export CEREBRAS_BASE_URL={ROOT}/v1"),
        ("sh", "OPENAI_BASE_URL=https://api.openai.com/v1 # no cerebras"),
        ("ts", 'const m = cerebras("a-private-model")'),
        ("ts", "if (e.CEREBRAS_MODEL === 'llama3.1-8b') groq()"),
        ("ts", "const GROQ_MODEL = 'llama3.1-8b'; const CEREBRAS_MODEL = e.M"),
        ("ts", "const CEREBRAS_MODELS = ['llama3.1-8b']; groq()"),
        ("sh", "CEREBRAS_MODEL=our-llama3.1-8b"),
        ("ts", "const DEPRECATED_CEREBRAS_MODEL = 'llama3.1-8b'; groq()"),
        ("ts", f'{OURS}x({{ model: "gpt-oss-120b" }})'),
        ("ts", 'model: "llama3.1-8b"'),  # of whom?
        ("ts", 'import Groq from "groq"; // and cerebras\nx({ model: "llama-3.3-70b" })'),
        ("ts", 'x({ model: "llama3.1-8b:free" }); f("cerebras")'),
        ("yaml", "cerebras: true\n# model: llama3.1-8b"),
        ("yaml", "cerebras:\n  description: better than llama3.1-8b"),
        ("json", '{"cerebras": [' + ",".join(f'{{"model": "{name}"}}' for name in GONE) + "]}"),
        ("ts", 'f("https://inference-docs.cerebras.ai/api-reference/chat-completions")'),
    ],
)
def test_not_looked_up(looked_up, kind, text):
    """What may be meant for another API or client, or is a list to choose from, is let go."""
    assert looked_up(text, kind) == []


def test_read_by_code(looked_up):
    """A variable that the user's code reads is looked up for an unknown client."""
    text = f"export CEREBRAS_BASE_URL={ROOT}/v1"
    assert looked_up(text, "sh", read_by_code={"CEREBRAS_BASE_URL"}) == [f"|{ROOT}/v1||None|"]


def test_key(found):
    """A key in the code is told, and not shown; examples and comments have none."""
    ((line, rule, what),) = found(f'\nconst key = "{KEY}"')
    assert (line, rule) == (2, "key-in-code")
    assert KEY[4:10] not in what
    innocent = ("csk-your-api-key-here", "csk-" + "x" * 48, "csk-" + "0123" * 12, "csk-4f1d")
    for one in innocent:
        assert found(f'const key = "{one}"') == []
    assert found(f"// {KEY}") == []


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('os.environ["CEREBRAS_BASE_URL"]', {"CEREBRAS_BASE_URL"}),
        ("process.env.CEREBRAS_KEY", {"CEREBRAS_KEY"}),
        (
            'from cerebras.cloud.sdk import x\nenv["CEREBRAS_BASE_URL"], "CEREBRAS_KEY"',
            {"CEREBRAS_KEY"},
        ),
        ("MY_CEREBRAS_KEY", set()),
    ],
)
def test_variables_read(code, names):
    """A variable with a base URL is read by the SDK, whoever else reads it."""
    assert text_source.variables_read(code) == names


def test_takes_linear_time(found):
    """No text is slow."""
    began = time.process_time()
    for piece in (
        "model: ",
        "baseURL: ",
        "cerebras(",
        "cerebras/",
        "CEREBRAS_BASE_URL=https://",
        "\"`'",
    ):
        found("cerebras " + piece * 20_000)
    assert time.process_time() - began < 10

"""Files of Python, and what only looks like it."""

import time
import warnings

import pytest

from mockserver.api.contract import editions
from mockserver.doctor.python_source import findings

NEWEST = editions.load("2026-11")
TWICE = 'from openai import OpenAI\nclient = OpenAI(base_url="https://api.cerebras.ai/v1/v1")\n'


def rules(text, place="app.py"):
    return [one.rule for one in findings(text, place, NEWEST)]


def test_shared_table():
    """A mistake in a set-up is looked up in the table that explains requests."""
    (one,) = (one for one in findings(TWICE, "app/llm.py", NEWEST) if one.rule == "two-v1")
    assert (one.place, one.line, one.severity) == ("app/llm.py", 2, "error")


@pytest.mark.parametrize("place", ["tests/app.py", "test_app.py", "/src/testing/conftest.py"])
def test_named_test(place):
    """Whoever names a test wants it read; a search of a folder leaves tests out."""
    assert "two-v1" in rules(TWICE, place)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cerebras",
        "# cerebras",
        "print 'cerebras'",  # Python 2
        "exec 'from cerebras.cloud.sdk import Cerebras'",
        "from {{ cookiecutter.cerebras }} import Cerebras",
        "cerebras = (",
        "cerebras = 1\x00",
        "x = '\ud800 cerebras'",
        "cerebras = " + "(" * 5000 + ")" * 5000,
        "cerebras = " + "-" * 20000 + "1",
        "cerebras" + ".a" * 20000,
        "cerebras = " + "+".join("1" * 5000),
        "from cerebras.cloud.sdk import Cerebras\n" + "if x:\n " * 1,
        "#cerebras\n" + "x = 1\n" * 400_000,
        "\ufefffrom cerebras.cloud.sdk import Cerebras\nclient = Cerebras()\nprint(client)",
        "cerebras = 9" + "9" * 5000,
        "cerebras = x = x\ny = y\nOpenAI(base_url=y)",
        "from openai import OpenAI\nx = y\ny = x\nOpenAI(base_url=x)  # cerebras",
        (
            "from openai import OpenAI\ndef f():\n    return f()\n"
            "f().chat.completions.create()  # cerebras"
        ),
        "from cerebras.cloud.sdk import *\nclient = Cerebras()",
    ],
    ids=range(21),
)
def test_no_python(text):
    """What is broken, strange or huge has no findings, and nothing is raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert rules(text) == []


def test_no_warnings():
    """What Python itself would warn of is not ours to say."""
    assert rules("cerebras = '\\d'\nassert (cerebras, 'x')\n") == []


def test_order():
    """Findings come by line, each once."""
    code = (
        "import requests\n"
        'URL = "https://api.cerebras.ai/v1/chat/completions"\n'
        "def f():\n    requests.post(URL)\n    requests.post(URL)\n"
    )
    assert [(one.line, one.rule) for one in findings(code, "a.py", NEWEST)] == [
        (4, "no-timeout"),
        (5, "no-timeout"),
    ]


def test_speed():
    """A thousand files are looked at in two seconds, of which this gives a tenth to a hundred."""
    other = "import os\n\n\ndef f(x):\n    return os.path.join(x, 'y')\n" * 60
    own = other + TWICE
    started = time.process_time()
    for at in range(100):
        findings(own if at % 10 == 0 else other, "app.py", NEWEST)
    assert time.process_time() - started < 1  # 0.1 on a machine with nothing else to do

"""The models that a file asks for unless somebody says otherwise."""

import pytest

from mockserver.doctor.python.defaults import addresses, named, spelled
from mockserver.doctor.python.source import Source


def look(code):
    """Return the text that the argument of ``use`` stands for, and its line."""
    source = Source.of(f"import os\n{code}")
    call = next(one for one in source.calls if getattr(one.func, "id", "") == "use")
    found = spelled(source, call.args[0])
    return found and (found[1], found[0].lineno)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("use('a')", ("a", 2)),
        ("X = 'a'\nuse(X)", ("a", 2)),
        ("use(os.getenv('M', 'a'))", ("a", 2)),
        ("use(given or\n  'a')", ("a", 3)),
        ("def f(m='a'):\n  use(m)", ("a", 2)),
        ("def f(x, m='a', *, y=1):\n  use(m)", ("a", 2)),
        ("def f(*, x='b', m='a'):\n  use(m)", ("a", 2)),
        ("X = 'a'\ndef f(m=X):\n  use(m)", ("a", 2)),
        ("def f(m=None):\n  use(m or 'a')", ("a", 3)),
        ("def f(m=''):\n  m = m or 'a'\n  use(m)", ("a", 3)),
        ("class C:\n  def __init__(self, m='a'):\n    self.m = m\n    use(self.m)", ("a", 3)),
        ("class C:\n  m: str = 'a'\n  def f(self):\n    use(self.m)", ("a", 3)),
        ("X = 'a'\nuse(f'{X}-b')", ("a-b", 3)),
    ],
)
def test_spelled(code, expected):
    """What is taken if nobody gives another, where it is written."""
    assert look(code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "use(x)",
        "def f(m):\n  use(m)",
        "def f(m='a'):\n  if x:\n    m = 'b'\n  use(m)",
        "def f(m=None):\n  m = choose()\n  use(m)",
        "def f(m='a'):\n  m = route(m) or m\n  use(m)",
        "def f(*m):\n  use(m)",
        "class C:\n  m = 'a'\n  def f(self, m):\n    self.m = m\n    use(self.m)",
        "class C:\n  m = 'a'\n  def f(self):\n    use(m)",
        "class C:\n  m = 'a'\n  m = 'b'\n  def f(self):\n    use(self.m)",
        "m = m\nuse(m)",
        "use(os.getenv('M'))",
        "use('a' if x else 'b')",
    ],
)
def test_not_spelled(code):
    """A value that comes from somewhere else."""
    assert look(code) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("CEREBRAS_MODEL = 'a'", ["a"]),
        ("class S:\n  cerebras_model: str = 'a'", ["a"]),
        ("class S:\n  default_cerebras_model: str = 'a'", ["a"]),
        ("f(os.environ.get('CEREBRAS_MODEL', 'a'))", ["a"]),
        ("X = 'a'\nf(os.getenv('CEREBRAS_FAST_MODEL_ID', X))", ["a"]),
        ("GROQ_MODEL = 'a'", []),
        ("CEREBRAS_MODELS = 'a'", []),
        ("RETIRED_CEREBRAS_MODEL = 'a'", []),
        ("CEREBRAS_OLD_MODEL = 'a'", []),
        ("CEREBRAS_MODEL = os.environ['CEREBRAS_MODEL']", []),
        ("CEREBRAS_MODEL in 'a'", []),
        ("f('CEREBRAS_MODEL', 'a')", []),
    ],
)
def test_named(code, expected):
    """A name that says whose model it is, with its value or its default."""
    assert [text for _, text in named(Source.of(f"import os\n{code}"))] == expected


def test_addresses():
    """The default of the variable that the SDK reads."""
    code = "import os\nos.getenv('CEREBRAS_BASE_URL', 'a')\nos.getenv('LLM_BASE_URL', 'b')"
    assert [text for _, text in addresses(Source.of(code))] == ["a"]

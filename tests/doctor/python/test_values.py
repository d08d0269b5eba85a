"""What an expression stands for."""

import pytest

from mockserver.doctor.python.source import Source
from mockserver.doctor.python.values import Known, known, literal, text_of


def look(code, reads=known):
    """Return what the argument of the last line stands for."""
    source = Source.of(f"import os\nfrom pydantic import SecretStr\n{code}")
    call = next(one for one in source.calls if getattr(one.func, "id", "") == "use")
    return reads(source, call.args[0])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("use('a')", Known("a")),
        ("use(None)", Known(None)),
        ("X = 'a'\nuse(X)", Known("a")),
        ("X = 'a'\nuse(f'{X}/b')", Known("a/b")),
        ("X = 'a'\nuse(X + '/b')", Known("a/b")),
        ("use(os.environ['A'])", Known(None, "A", sure=False)),
        ("use(os.environ.get('A'))", Known(None, "A", sure=False)),
        ("use(os.getenv('A', 'b'))", Known("b", "A")),
        ("use(os.getenv('A', B))", Known(None, "A", sure=False)),
        ("use(os.environ.get('A') or 'b')", Known("b", "A")),
        ("use(os.environ.get('A', 'b') + '/c')", Known("b/c", "A")),
        ("X = 'b'\nuse(os.environ.get('A', X))", Known("b", "A")),
        ("use(SecretStr('a'))", Known("a")),
        ("use(str(os.environ['A']))", Known(None, "A", sure=False)),
        ("class C:\n    def f(self):\n        self.x = 'a'\n        use(self.x)", Known("a")),
    ],
)
def test_known(code, expected):
    """A constant, or a variable of the environment with its default."""
    assert look(code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "use(x)",
        "use(f('a'))",
        "use('a' + x)",
        "use(f'{x}/b')",
        "use(f'{1.5:.2f}')",
        "use(x or 'a')",
        "use('a' or 'b')",
        "use(os.environ['A'] + '/b')",
        "use(config['A'])",
        "use(os.environ[name])",
        "use(['a'])",
        "x = y\ny = x\nuse(x)",
    ],
)
def test_unknown(code):
    """What cannot be told from the file."""
    assert look(code) is None


def test_readers():
    """A default is a text, and is not written in stone."""
    assert look("use(os.getenv('A', 'b'))", text_of) == "b"
    assert not look("use(os.getenv('A', 'b'))", literal)
    assert look("use('b')", literal)
    assert look("use(os.getenv('A'))", text_of) == ""
    assert look("use(1)", text_of) == ""

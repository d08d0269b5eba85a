"""The tree of a file, and what its names stand for."""

import ast

import pytest

from mockserver.doctor.python.source import Source


def value(code, name="x"):
    """Return the code that the last use of a name stands for."""
    source = Source.of(code)
    uses = [
        one
        for one in ast.walk(source.tree)
        if isinstance(one, (ast.Name, ast.Attribute))
        and isinstance(one.ctx, ast.Load)
        and ast.unparse(one) == name
    ]
    found = source.value_of(max(uses, key=lambda one: one.lineno))
    return found and ast.unparse(found)


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("x = 1\nuse(x)", "x", "1"),
        ("x: int = 1\nuse(x)", "x", "1"),
        ("x = 1\ndef f():\n    use(x)", "x", "1"),
        ("x = 1\ndef f():\n    x = 2\n    use(x)", "x", "2"),
        ("class C:\n    x = 1\n    def f(self):\n        use(self.x)", "self.x", None),
        (
            "class C:\n    def f(self):\n        self.x = 1\n    def g(self):\n        use(self.x)",
            "self.x",
            "1",
        ),
    ],
)
def test_one_value(code, name, expected):
    """A name that is set once, where it is looked up."""
    assert value(code, name) == expected


@pytest.mark.parametrize(
    "code",
    [
        "x = 1\nx = 2\nuse(x)",
        "x = 1\nx += 1\nuse(x)",
        "x = 1\ndel x\nuse(x)",
        "x, y = 1, 2\nuse(x)",
        "x = y = 1\nuse(x)",
        "for x in y:\n    use(x)",
        "with y as x:\n    use(x)",
        "try:\n    y\nexcept E as x:\n    use(x)",
        "if (x := y):\n    use(x)",
        "x = 1\ndef f(x):\n    use(x)",
        "x = 1\ndef f(x=2):\n    use(x)",
        "x = 1\ndef f(*x):\n    use(x)",
        "f = lambda x: use(x)",
        "x = 1\ndef f():\n    global x\n    x = 2\nuse(x)",
        "x = 1\nclass x: pass\nuse(x)",
        "use(x)",
        "class C:\n    x = 1\n    def f(self):\n        use(x)",
    ],
)
def test_nobody_knows(code):
    """A name that may be something else."""
    assert value(code) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import openai\nopenai.OpenAI()", "openai.OpenAI"),
        ("import openai as o\no.OpenAI()", "openai.OpenAI"),
        ("import os.path\nos.environ.get()", "os.environ.get"),
        ("from openai import OpenAI as O\nO()", "openai.OpenAI"),
        ("def f():\n    from openai import OpenAI\n    OpenAI()", "openai.OpenAI"),
        ("try:\n    from a import B\nexcept ImportError:\n    B = None\nB()", "a.B"),
        ("from .openai import OpenAI\nOpenAI()", "..OpenAI"),
        ("OpenAI()", ""),
        ("from a import B\nfrom c import B\nB()", ""),
        ("from a import B\nB = wrapped(B)\nB()", ""),
        ("from a import B\ndef f(B):\n    B()", ""),
        ("from a import B\nx[0].B()", ""),
    ],
)
def test_full_name(code, expected):
    """What is called, by the name of its package."""
    source = Source.of(code)
    call = max(source.calls, key=lambda one: one.lineno)
    assert source.full_name(call.func) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = A()\nuse(x)", "A()"),
        ("def make():\n    return A()\nx = make()\nuse(x)", "A()"),
        ("def make():\n    y = A()\n    return y\nuse(make())", "A()"),
        (
            (
                "class C:\n    def make(self):\n        return A()\n"
                "    def f(self):\n        use(self.make())"
            ),
            "A()",
        ),
        ("def make():\n    if x:\n        return A()\n    return B()\nuse(make())", "make()"),
        ("async def make():\n    return A()\nuse(make())", "make()"),
        ("def make():\n    yield A()\nuse(make())", "make()"),
        ("def make():\n    return make()\nuse(make())", None),
        ("use(unknown)", None),
    ],
)
def test_made_by(code, expected):
    """The call that makes a value, seen through names and functions."""
    source = Source.of(code)
    use = next(one for one in source.calls if ast.unparse(one.func) == "use")
    made = source.made_by(use.args[0])
    assert (made and ast.unparse(made)) == expected


def test_function():
    """A lambda is run by somebody else."""
    source = Source.of("def f():\n    a()\n    g(lambda: b())\nc()")
    inside = {ast.unparse(one.func): source.function(one) for one in source.calls}
    assert inside["a"].name == "f"
    assert inside["b"] is None
    assert inside["c"] is None


def test_says():
    """A comment and a docstring are no code."""
    source = Source.of(
        '"""A word about timeout, and much more of that kind."""\nx = 1  # timeout\n'
    )
    assert not source.says("timeout")
    assert Source.of("f(read_timeout=1)").says("timeout")
    assert Source.of("x['timeout']").says("timeout")

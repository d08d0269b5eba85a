import importlib
import sys
from textwrap import indent
from types import SimpleNamespace

import pytest

from pytest_cerebras.mutation.claims import Claims, claims_of


@pytest.fixture
def item(tmp_path, monkeypatch):
    """Return a function that returns the test in some code, as far as its claims need one."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "modules", {**sys.modules})

    def load(code, fixtures=(), **files):
        for name, text in {**files, "test_planted": code}.items():
            (tmp_path / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        found = vars(importlib.import_module("test_planted"))
        cls = found.get("TestIt")
        function = cls.test_it if cls else found["test_it"]
        defined = {name: [SimpleNamespace(func=found[name])] for name in fixtures}
        info = SimpleNamespace(name2fixturedefs=defined)
        path = tmp_path / "test_planted.py"
        return SimpleNamespace(function=function, cls=cls, path=path, _fixtureinfo=info)

    return load


@pytest.fixture
def claims(item):
    """Return a function that returns what a test asserts."""

    def read(body, before="", fixtures=(), **files):
        code = f"import pytest\n{before}\ndef test_it():\n    reply = str()\n"
        return claims_of(item(code + indent(body, "    "), fixtures, **files))

    return read


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "assert True",
        "assert reply",
        "assert reply.text",
        "assert reply.choices[0].text",
        "assert reply is not None",
        "assert isinstance(reply, str)",
        "assert type(reply) == str",
        "assert hasattr(reply, 'x') and reply",
        "assert reply is None or isinstance(reply, str)",
        "assert len(reply) >= 0",
        "assert reply == reply",
        "assert reply == 'Hi' or reply",
        "assert reply.text or reply.text == 'Hi'",
        "assert reply == 'Hi' or reply == 'Ho' or reply",
    ],
)
def test_weak(claims, body):
    """Any answer fulfils these."""
    assert claims(body).is_weak


@pytest.mark.parametrize(
    "body",
    [
        "assert reply == 'Hi'",
        "assert len(reply) > 3",
        "assert isinstance(reply, str) and reply == 'Hi'",
        "assert reply.text or not reply.complete",
        "assert reply == 'Hi' or reply.text",
        "assert reply == 'Hi' or reply or fine(reply)",
        "assert rows == ['Hi'] or rows",
        "assert reply == 'Hi' or reply == 'Ho'",
        "assert fine(reply)",
        "assert rows",
        "with pytest.raises(ValueError): reply.text",
        "pytest.fail('x')",
        "reply.assert_requests(1)",
        "if reply == 'x': raise ValueError(reply)",
        "verify(reply)",
    ],
)
def test_strong(claims, body):
    """These may fail, or there is no telling."""
    assert not claims(body, "rows = []").is_weak


def test_helpers_assert_for_a_test(claims):
    """Also through another helper."""
    assert not claims("look(reply)", "def look(reply): inner()\ndef inner(): assert 1 == 2").is_weak


def test_fixtures_assert_for_a_test(claims):
    before = "def after():\n    yield\n    assert 1 == 2\n"
    assert not claims("pass", before, fixtures=["after"]).is_weak


def test_modules_assert_for_a_test(claims):
    helper = "def look(reply):\n    assert reply == 1\n"
    assert not claims("helper.look(reply)", "import helper", helper=helper).is_weak


@pytest.mark.parametrize(
    "code",
    [
        "class TestIt:\n def look(self): assert 1 == 2\n",
        "class TestIt:\n @staticmethod\n def look(): assert 1 == 2\n",
        "class Base:\n def look(self): assert 1 == 2\nclass TestIt(Base):\n",
    ],
    ids=["own", "static", "inherited"],
)
def test_methods_assert_for_a_test(item, code):
    code += " def test_it(self): self.look()"
    assert not claims_of(item(code)).is_weak


def test_what_the_app_checks_is_no_claim_of_the_test(claims):
    """Its assertions beyond the function that the test calls are its own."""
    app = "def ask():\n    check_key()\n    inner()\ndef inner():\n    assert 1 == 2\n"
    assert claims("app.ask()", "import app", app=app).is_weak


def test_code_that_can_not_be_read_is_taken_for_strong(claims):
    before = "exec(compile('def look(): pass', __file__ + '.gone', 'exec'))"
    assert claims("look()", before) == Claims()


@pytest.mark.parametrize(
    ("body", "is_bound"),
    [
        ("assert len(reply) < 5", True),
        ("assert len(reply) <= 5", True),
        ("assert 5 > len(reply)", True),
        ("assert 'x' not in reply", True),
        ("assert not reply", True),
        ("assert reply != 'x'", True),
        ("assert reply == []", True),
        ("assert reply is None", True),
        ("assert len(reply) > 5", False),
        ("assert reply == 'x'", False),
        ("assert reply", False),
    ],
)
def test_bounds(claims, body, is_bound):
    """An upper bound or an absence may hold whatever the API says."""
    assert claims(body).is_bound is is_bound


@pytest.mark.parametrize(
    ("body", "takes_errors"),
    [
        ("try:\n    reply.text\nexcept ValueError:\n    pass", True),
        ("with contextlib.suppress(ValueError):\n    reply.text", True),
        ("try:\n    reply.text\nfinally:\n    pass", False),
        ("with pytest.raises(ValueError):\n    reply.text", False),
    ],
)
def test_handling_errors(claims, body, takes_errors):
    """A test that demands an error does not take it for granted."""
    assert claims(body, "import contextlib").takes_errors is takes_errors


def test_what_the_app_handles_is_not_handled_by_the_test(claims):
    app = "def ask():\n    try:\n        pass\n    except ValueError:\n        pass\n"
    assert not claims("app.ask()", "import app", app=app).takes_errors

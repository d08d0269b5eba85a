"""Who has chosen the scenario that a test begins with."""

from __future__ import annotations

import pytest

from pytest_cerebras.chaos.naming import Naming, naming

OURS = "pytest.mark.cerebras_mock('wrong-key')"
CHAOS = "pytest.mark.cerebras_chaos('wrong-key')"
CASES = {
    "the marker of the test": (f"@{OURS}\ndef test(): 0", (), Naming.ITSELF),
    "by its keyword": (
        "@pytest.mark.cerebras_mock(scenario='wrong-key')\ndef test(): 0",
        (),
        Naming.ITSELF,
    ),
    "that of the module": (f"pytestmark = {OURS}\ndef test(): 0", (), Naming.AROUND),
    "a marker without one": (
        "@pytest.mark.cerebras_mock(tier='free')\ndef test(): 0",
        (),
        Naming.NOBODY,
    ),
    "the option": ("def test(cerebras_mock): 0", ("--cerebras-scenario=wrong-key",), Naming.NOBODY),
    "the matrix": ("def test(cerebras_mock): 0", ("--cerebras-chaos=wrong-key",), Naming.NOBODY),
    "a chaos marker": (f"@{CHAOS}\ndef test(): 0", (), Naming.ITSELF),
    "one beside the matrix": (
        f"@{CHAOS}\ndef test(): 0",
        ("--cerebras-chaos=wrong-key",),
        Naming.ITSELF,
    ),
    "one of the module": (f"pytestmark = {CHAOS}\ndef test(): 0", (), Naming.AROUND),
    "one about all": (
        "@pytest.mark.cerebras_chaos()\ndef test(): 0",
        ("--cerebras-chaos=wrong-key",),
        Naming.NOBODY,
    ),
    "one by a word for many": (
        "@pytest.mark.cerebras_chaos('all')\ndef test(): 0",
        (),
        Naming.NOBODY,
    ),
    "one with parameters": (
        "@pytest.mark.cerebras_chaos('wrong-key,stream-cut(times=1)')\ndef test(): 0",
        (),
        Naming.ITSELF,
    ),
    "one that excuses": (
        "@pytest.mark.cerebras_chaos('wrong-key', allow_unmet=True)\ndef test(): 0",
        (),
        Naming.EXCUSED,
    ),
}


@pytest.mark.parametrize(("code", "arguments", "by"), CASES.values(), ids=CASES)
def test_naming(pytester, code, arguments, by):
    """A marker that names it counts, and more so at the test itself."""
    path = pytester.makepyfile(f"import pytest\n{code}")
    items, _ = pytester.inline_genitems(path, "-p", "no:asyncio", *arguments)
    assert {naming(item) for item in items} == {by}


@pytest.mark.parametrize("word", ["1", "None"])
def test_wrong_excuse(run, word):
    """What is neither true nor false is one sentence."""
    code = (
        f"import pytest\n@pytest.mark.cerebras_chaos('healthy', allow_unmet={word})\ndef test(): 0"
    )
    run(code).stdout.fnmatch_lines([f"*allow_unmet should be True or False, found {word}"])

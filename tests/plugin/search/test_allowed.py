"""What a marker allows, and how a wrong one is refused."""

from __future__ import annotations

import pytest

WRONG = {
    "@pytest.mark.cerebras_search(allow=[KeyError])": "takes only allows=[[]...[]], found 'allow'",
    "@pytest.mark.cerebras_search('x')": "takes only allows=[[]...[]], found 'x'",
    "@pytest.mark.cerebras_search(allows=['KeyError'])": "*list exception types, found 'KeyError'",
    "@pytest.mark.cerebras_search(allows=[3])": "*list exception types, found 3",
}


def test_added_up(run, pytester):
    """The markers of module, class and test add up; one type needs no list."""
    pytester.makeconftest(
        """
from pytest_cerebras.search.allowed import allowed_errors

def pytest_collection_modifyitems(items):
    print([error.__name__ for error in allowed_errors(items[0])])
"""
    )
    code = """
import pytest
pytestmark = pytest.mark.cerebras_search(allows=KeyError)

@pytest.mark.cerebras_search(allows=[ValueError, KeyError])
def test_it(): pass
"""
    run(code, "-s").stdout.fnmatch_lines(["[[]'ValueError', 'KeyError']*"])


@pytest.mark.parametrize(("marker", "message"), WRONG.items(), ids=WRONG)
def test_wrong(run, marker, message):
    """A wrong marker ends the run with one sentence, before any test."""
    result = run(f"import pytest\n\n{marker}\ndef test_it(): pass", "--cerebras-search", "1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *::test_it: @pytest.mark.cerebras_search: {message}"])

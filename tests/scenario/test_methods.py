"""The methods that a rule may be for."""

import pytest
from pydantic import TypeAdapter

from mockserver.core.documents import Document
from mockserver.core.errors import DocumentError
from mockserver.scenario import Match
from mockserver.scenario.methods import methods_of

MATCH = TypeAdapter(Match)


def read(text):
    return Document(text, source="x").read_as(MATCH)


@pytest.mark.parametrize(
    ("text", "names"),
    [("GET", ("GET",)), ("get", ("GET",)), ("[Post, delete]", ("POST", "DELETE"))],
)
def test_methods(text, names):
    """One or several, in any case."""
    assert read(f"method: {text}").method == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("GTE", "no method is called 'GTE'; did you mean 'GET'? Allowed are GET, "),
        ("[GET, pots]", "no method is called 'pots'; did you mean 'POST'? Allowed are POST, "),
        ("[]", "should be a method of HTTP, such as GET, or a list of them, found []"),
        ("3", "should be a method of HTTP, such as GET, or a list of them, found 3"),
        ("[3]", "should be a method of HTTP, such as GET, or a list of them, found [3]"),
    ],
)
def test_unknown(text, said):
    """What is no method is told, with what is meant."""
    with pytest.raises(DocumentError) as caught:
        read(f"method: {text}")
    assert str(caught.value).startswith(f"x:1:9: method: {said}")


def test_methods_of():
    """An endpoint is asked by the method of the API; HEAD is answered where GET is."""
    assert methods_of("chat") == {"POST"}
    assert methods_of("files") == {"GET", "HEAD"}
    assert methods_of("delete_file") == {"DELETE"}

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.core.sse import DONE, dumps, event, parsed

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(0.0001, 1e15)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [1, 2.5, None, True]}, '{"b":1,"a":[1,2.5,null,true]}'),
        ("grün 日本 😀", '"grün 日本 😀"'),
        ('"\\\n\t\u0000\u001f', r'"\"\\\n\t\u0000\u001f"'),
        (0.00012716, "0.00012716"),
    ],
)
def test_written_form(value, written):
    """JSON is compact, in the order of the keys, and not escaped to ASCII."""
    assert dumps(value).decode() == written


def test_event():
    """An event is a data line and an empty line."""
    assert event({"a": "ü"}) == 'data: {"a":"ü"}\n\n'.encode()


@given(st.dictionaries(st.text("ab"), JSON))
def test_parsed_event(value):
    """What an event was made of can be read from it."""
    assert parsed(event(value)) == value


@pytest.mark.parametrize("data", [DONE, b": comment\n\n", b'{"a":1}', b"data: 5\n\n", b""])
def test_parsed_else(data):
    """The end marker, a comment and a document say no JSON object as an event."""
    assert parsed(data) is None

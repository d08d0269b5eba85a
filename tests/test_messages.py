import pytest

from mockserver.messages import Request


@pytest.mark.parametrize(
    ("credentials", "key"),
    [
        ("Bearer csk-abc", "csk-abc"),
        ("bearer csk-abc", "csk-abc"),
        ("BEARER   csk-abc  ", "csk-abc"),
        ("Bearer csk abc", "csk abc"),
        ("Bearer ", None),
        ("Bearer", None),
        ("Basic dXNlcjpwYXNz", None),
        ("csk-abc", None),
        ("", None),
    ],
)
def test_key(credentials, key):
    """The key is what stands behind a bearer scheme in any case; other forms hold no key."""
    assert Request("GET", "/", {"authorization": credentials}).key == key


def test_no_credentials():
    """A request without the header has no key, no body and no query."""
    request = Request("GET", "/v1/models")
    assert (request.key, request.body, request.query, dict(request.headers)) == (None, b"", "", {})


@pytest.mark.parametrize(
    ("body", "found"),
    [
        *[(b'{"a":1}', {"a": 1}), (b"[1]", {}), (b"{", {}), (b"", {}), (b"\xff", {})],
        pytest.param(b"[" * 100_000, {}, id="too deep"),
    ],
)
def test_document(body, found):
    """A body is there as an object when it is JSON of one."""
    assert Request("POST", "/", {}, body).document == found

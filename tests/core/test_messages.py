import pytest

from mockserver.core.messages import Request, Sender


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


MAIN = Sender("thread 1")
ONE, TWO = (Sender(f"task {number}", number, MAIN) for number in (2, 3))


@pytest.mark.parametrize(
    ("one", "other", "since"),
    [
        (TWO, ONE, 3),
        (TWO, MAIN, 3),
        (MAIN, TWO, MAIN.since),
        (Sender("job 9", 9, ONE), Sender("job 8", 8, ONE), 9),
        (Sender("job 9", 9, TWO), Sender("job 8", 8, ONE), 3),
        (Sender("job 9", 9, TWO), ONE, 3),
        (Sender("job 9", 9, ONE), ONE, 9),
        (Sender("job 9", 9, ONE), Sender("thread 7"), MAIN.since),
    ],
)
def test_begun_apart_from(one, other, since):
    """Two are apart since the later branch of their family left the common one."""
    assert one.begun_apart_from(other) == since

"""What is kept of a key."""

from __future__ import annotations

import pytest

from mockserver.core.credentials import without_key
from mockserver.core.messages import Request

SECRET = "csk-topsecret0123456789abcdef"


@pytest.mark.parametrize(
    ("credentials", "kept"),
    [
        (f"Bearer {SECRET}", "Bearer csk-..."),
        ("Bearer sk-proj-abcdefgh", "Bearer sk-..."),
        (f"bearer   {SECRET}", "bearer csk-..."),
        (f"Bearer\t{SECRET}", "Bearer csk-..."),
        ("Bearer test", "Bearer ..."),
        (SECRET, "csk-..."),
        ("", "..."),
        ("Bearer abcdefghijklmnop", "Bearer ..."),
        ("Bearer secret-with-dashes", "Bearer ..."),
        ("Bearer ", "Bearer ..."),
        ("Basic dXNlcjpwYXNzd29yZA==", "Basic ..."),
    ],
)
def test_shortened(credentials, kept):
    """Of credentials remain the scheme and what tells vendors apart."""
    request = Request("GET", "/", {"authorization": credentials, "accept": "*/*"})
    shown = without_key(request, request.body)
    assert shown.headers == {"authorization": kept, "accept": "*/*"}


def test_without_credentials():
    """A request without credentials is kept as it is."""
    request = Request("GET", "/", {"accept": "*/*"}, b"x", "a=b")
    assert without_key(request, request.body) == request
    assert without_key(request, b"decoded").body == b"decoded"


@pytest.mark.parametrize(
    "credentials",
    [
        f"Bearer {SECRET}",
        f"bearer   {SECRET}",
        f"Basic {SECRET}",
        f"Token {SECRET} x",
        SECRET,
        f"Bearer\t{SECRET}",
    ],
)
@pytest.mark.parametrize("edition", ["guide", "2026-11"])
def test_key_is_never_kept(ask, play, credentials, edition):
    """Whatever form a key is sent in, no exchange holds it."""
    request = ask(headers={"authorization": credentials})
    found = play(request, scenario={"edition": edition})
    assert SECRET not in repr(found)
    assert SECRET not in found.line()

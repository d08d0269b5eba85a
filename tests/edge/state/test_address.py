"""Where the store is, and what is said about it."""

from __future__ import annotations

import pytest

from mockserver.edge.state.address import StoreAddress, read_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://cache", StoreAddress("cache")),
        ("redis://cache:7000/3", StoreAddress("cache", 7000, database=3)),
        ("rediss://cache", StoreAddress("cache", tls=True)),
        ("redis://[::1]:7000", StoreAddress("::1", 7000)),
        (
            "redis://me:p%40ss@cache/0?namespace=ci-7",
            StoreAddress("cache", user="me", password="p@ss", namespace="ci-7"),
        ),
        ("redis://:only@cache", StoreAddress("cache", password="only")),
        ("unix:///run/redis.sock?db=2", StoreAddress(path="/run/redis.sock", database=2)),
    ],
)
def test_read(url, address):
    assert read_address(url) == address


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("localhost:6379", "should begin with redis://"),
        ("http://cache", "should begin with redis://"),
        ("redis://", "should name a host"),
        ("unix://", "the path of a socket"),
        ("redis://cache:secret", "should be a URL such as"),
        ("redis://:secret@cache/two", "a whole number as its database"),
        ("redis://:secret@cache/99999999", "a whole number as its database"),
        ("redis://:secret@cache?color=red", "parameters namespace and db"),
        ("redis://:secret@cache?namespace=a%20b", "a namespace of at most 64 letters"),
    ],
)
def test_wrong(url, said):
    """What is wrong is said in a sentence, which does not repeat a password."""
    with pytest.raises(ValueError, match=said) as caught:
        read_address(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["redis://cache:7000/3", "rediss://cache:6379/0", "redis://[::1]:6379/0", "unix:///a"]
)
def test_shown(url):
    """It is shown as a URL, without user and password."""
    secret = url.replace("://", "://me:secret@")
    assert str(read_address(secret)) == url
    assert "secret" not in repr(read_address(secret))

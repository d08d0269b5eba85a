import gzip
import json
import tracemalloc
import zlib

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.contract.problem import RefusalError
from mockserver.api.reading.decoding import MAX_BODY, as_json, media_type, uncompressed

BODY = {"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "grüß dich"}], "seed": 1}
PACKED, PLAIN = msgpack.packb(BODY), json.dumps(BODY).encode()
MSGPACK, GZIP = {"content-type": "application/vnd.msgpack"}, {"content-encoding": "gzip"}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)  # fmt: skip


def refusal(body, headers):
    with pytest.raises(RefusalError) as refused:
        as_json(body, headers)
    return refused.value.problem, refused.value.facts.get("reason")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (PLAIN, {}),
        (PLAIN, {"content-type": "application/json"}),
        (PLAIN, {"content-type": "Application/JSON; charset=utf-8"}),
        (PLAIN, {"content-type": "application/problem+json"}),
        (PLAIN, {"content-encoding": "identity"}),
        (gzip.compress(PLAIN, mtime=0), GZIP),
        (gzip.compress(PLAIN, mtime=0), {"content-encoding": " GZIP "}),
        (gzip.compress(PLAIN, mtime=0), {"content-encoding": "x-gzip"}),
        (gzip.compress(PLAIN[:9], mtime=0) + gzip.compress(PLAIN[9:], mtime=0), GZIP),
        (PACKED, MSGPACK),
        (PACKED, {"content-type": "application/msgpack"}),
        (PACKED, {"content-type": "application/x-msgpack"}),
        (gzip.compress(PACKED, mtime=0), MSGPACK | GZIP),
    ],
)
def test_decoded(body, headers):
    """Gzip and msgpack are undone, each alone and both together."""
    assert json.loads(as_json(body, headers)) == BODY


@given(JSON_VALUES)
def test_any_value(value):
    """Whatever JSON can say comes through gzip and msgpack as it was."""
    assert (
        json.loads(as_json(gzip.compress(msgpack.packb(value), mtime=0), MSGPACK | GZIP)) == value
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        PLAIN,
        gzip.compress(PLAIN, mtime=0)[:-1],
        gzip.compress(PLAIN, mtime=0)[:12],
        gzip.compress(PLAIN, mtime=0) + b"x",
    ],
)
def test_broken_gzip(body):
    """What is not a whole gzip file is refused in the API's form."""
    said = "The request body is not valid gzip"
    assert refusal(body, GZIP) == ("wrong_api_format", said)


def test_wrong_checksum():
    """A gzip file whose checksum is wrong is broken."""
    whole = bytearray(gzip.compress(PLAIN, mtime=0))
    whole[-6] ^= 1
    assert refusal(bytes(whole), GZIP)[0] == "wrong_api_format"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        PACKED[:-1],
        PACKED + b"\x00",
        PLAIN,
        msgpack.packb({"a": b"bytes"}),
        msgpack.packb({1: "a"}),
        msgpack.packb({b"a": 1}),
        msgpack.packb({"a": float("nan")}),
        msgpack.packb(msgpack.Timestamp(1)),
        msgpack.packb(msgpack.ExtType(5, b"x")),
        msgpack.packb("\ud800", unicode_errors="surrogatepass"),
        b"\x91" * 5000 + b"\xc0",
    ],
)
def test_broken_msgpack(body):
    """Broken msgpack, and msgpack that says what JSON can't, are refused."""
    assert refusal(body, MSGPACK) == ("wrong_api_format", "The request body is not valid msgpack")


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"content-type": "text/plain"}, "Unsupported content type 'text/plain', expected"),
        ({"content-type": "multipart/form-data; boundary=x"}, "'multipart/form-data'"),
        ({"content-encoding": "br"}, "Unsupported content encoding 'br', expected 'gzip'"),
        ({"content-encoding": "gzip, gzip"}, "Unsupported content encoding 'gzip, gzip'"),
    ],
)
def test_unsupported(headers, said):
    """Any other type or encoding is a 400 that names it and what is expected."""
    problem, reason = refusal(PLAIN, headers)
    assert problem == "wrong_api_format"
    assert said in reason


@pytest.mark.parametrize(("extra", "fits"), [(0, True), (1, False)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_size(pack, extra, fits):
    """The limit is on the body as sent and on what comes out of it."""
    body = pack(b" " * (MAX_BODY + extra))
    headers = {} if pack is bytes else GZIP
    if fits:
        assert len(as_json(body, headers)) == MAX_BODY
    else:
        assert refusal(body, headers) == ("content_too_large", None)


def test_bomb():
    """A gigabyte in a megabyte is refused without ever being unpacked."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"\0" * 2**20
    bomb = b"".join(press.compress(piece) for _ in range(1024)) + press.flush()
    tracemalloc.start()
    try:
        assert refusal(bomb, GZIP)[0] == "content_too_large"
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_BODY
    finally:
        tracemalloc.stop()


def test_uncompressed_is_not_copied():
    """A plain body is handed on as it is."""
    assert uncompressed(PLAIN, {}) is as_json(PLAIN, {}) is PLAIN


def test_media_type():
    """Parameters and case don't matter."""
    assert media_type({"content-type": " Text/Plain ; charset=x"}) == "text/plain"
    assert media_type({}) == ""


@pytest.mark.parametrize(
    "packed",
    [
        b"\xdd" + (9_000_000).to_bytes(4, "big") + b"\x80" * 9_000_000,
        b"\xdd" + (9_000_000).to_bytes(4, "big") + b"\xc0" * 9_000_000,
        b"\xdd" + (151_000).to_bytes(4, "big") + b"\xc0" * 151_000,
        msgpack.packb([[[]] * 40_000] * 2),
        msgpack.packb([{"a": 1}] * 76_000),
        msgpack.packb({str(n): n for n in range(151_000)}),
    ],
    ids=["empty objects", "very many nulls", "nulls", "lists of lists", "objects", "fields"],
)
def test_bombs_of_msgpack(packed):
    """What becomes very many values is refused before it has: each byte would be a hundred."""
    tracemalloc.start()
    with pytest.raises(RefusalError):
        as_json(packed, MSGPACK)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 2**20


@pytest.mark.parametrize("count", [131_072, 149_000])
def test_long_lists_of_msgpack(count):
    """As many tokens as a context holds come through."""
    assert (
        len(json.loads(as_json(msgpack.packb({"prompt": [1] * count}), MSGPACK))["prompt"]) == count
    )


def test_many_members():
    """A gzip file of a million files is none; one that is padded is one."""
    assert refusal(gzip.compress(b"x", mtime=0) * 200_000, GZIP)[0] == "wrong_api_format"
    assert as_json(gzip.compress(PLAIN, mtime=0) + b"\0" * 512, GZIP) == PLAIN

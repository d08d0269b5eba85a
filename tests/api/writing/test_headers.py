from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.contract import editions
from mockserver.api.contract.edition_settings import TODAY
from mockserver.api.writing import headers
from mockserver.core.seeding import HexStream


@pytest.mark.parametrize(
    ("now", "date"),
    [
        (784111777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (784111777.999, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (1709164800, "Thu, 29 Feb 2024 00:00:00 GMT"),
        (1762103517, "Sun, 02 Nov 2025 17:11:57 GMT"),
    ],
)
def test_http_date(now, date):
    """A time is written as RFC 9110 wants it, fractions of a second dropped."""
    assert headers.http_date(now) == date


@given(st.integers(0, 4 * 10**9))
def test_http_date_agrees(now):
    """Every date is what the standard library writes, and reads back as the same second."""
    written = headers.http_date(now)
    assert written == format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
    assert parsedate_to_datetime(written).timestamp() == now


def test_edge():
    """Every answer carries the fields of the edge, date and type first, the ray last and twice."""
    fields = headers.edge(TODAY, "application/json", now=0, random=HexStream("1"))
    assert fields[:2] == (
        ("date", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("content-type", "application/json"),
    )
    assert dict(fields)["server"] == "cloudflare"
    assert dict(fields)["strict-transport-security"] == "max-age=3600; includeSubDomains"
    (ray_name, ray), (id_name, request_id) = fields[-2:]
    assert (ray_name, id_name) == ("cf-ray", "x-request-id")
    assert ray == request_id
    digits, _, place = ray.partition("-")
    assert (len(digits), int(digits, 16) >= 0, place) == (16, True, "ORD")


def test_edge_is_seeded():
    """The same randomness gives the same ray, another one another ray."""
    one, same, other = (headers.edge(TODAY, "a", now=0, random=HexStream(seed)) for seed in "112")
    assert one == same != other


def test_edge_of_completions():
    """Completions promise to stay with TLS for longer than other answers."""
    fields = headers.edge(TODAY, "application/json", now=0, random=HexStream("1"), plain=False)
    assert dict(fields)["strict-transport-security"].startswith("max-age=15552000;")


@pytest.mark.parametrize(
    ("edition", "expires"),
    [
        ("2025-10", "expires=Tue, 13-Jan-26 10:30:00 GMT;"),
        ("2025-11", "Expires=Tue, 13 Jan 2026 10:30:00 GMT"),
        ("2026-05", None),
    ],
)
def test_cookie(edition, expires):
    """The edge's cookie lives for half an hour, and is written as the edition writes it."""
    shape = editions.load(edition).headers
    fields = dict(headers.edge(shape, "a", now=1768298400, random=HexStream("1")))
    assert (expires is None) == ("set-cookie" not in fields)
    if expires is not None:
        assert fields["set-cookie"].startswith("__cf_bm=")
        assert expires in fields["set-cookie"]


def test_timing():
    """Server-Timing is two fields, in milliseconds."""
    assert headers.timing(None) == ()
    assert headers.timing(0.2004) == (
        ("server-timing", 'cfCacheStatus;desc="DYNAMIC"'),
        ("server-timing", "cfEdge;dur=4,cfOrigin;dur=200"),
    )

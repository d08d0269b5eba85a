"""The waits that a header field announces, shortened."""

from __future__ import annotations

import pytest

from mockserver.edge.play.scaling import scaled
from mockserver.plan import Data, End, Head, Wait

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT


@pytest.mark.parametrize(
    ("name", "value", "shortened"),
    [
        ("retry-after", "60", "0.6"),
        ("retry-after", "0.5", "0.005"),
        ("retry-after", "0", "0"),
        ("retry-after", "-5", "-0.05"),
        ("retry-after", "soon", "soon"),
        ("retry-after", "nan", "nan"),
        ("retry-after", "Fri, 15 Jan 2027 08:05:00 GMT", "Fri, 15 Jan 2027 08:00:03 GMT"),
        ("retry-after", "Fri, 15 Jan 2027 08:00:01 GMT", "Fri, 15 Jan 2027 08:00:01 GMT"),
        ("retry-after-ms", "300", "3"),
        ("retry-after-ms", "soon", "soon"),
        ("x-ratelimit-reset-tokens-minute", "30.5", "0.305"),
        ("x-ratelimit-limit-tokens-minute", "30000", "30000"),
        ("date", "Fri, 15 Jan 2027 08:00:00 GMT", "Fri, 15 Jan 2027 08:00:00 GMT"),
    ],
)
def test_fields(name, value, shortened):
    """Seconds, milliseconds and dates become shorter, a date to a whole second; all else stays."""
    plan = (Wait(5), Head(429, (("server", "mock"), (name, value))), Data(b"x"), End())
    expected = (Wait(5), Head(429, (("server", "mock"), (name, shortened))), Data(b"x"), End())
    assert scaled(plan, 0.01, now=NOW) == expected

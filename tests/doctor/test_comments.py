"""Comments are blanked out, and nothing else."""

from __future__ import annotations

import pytest

from mockserver.doctor.comments import without_comments


@pytest.mark.parametrize(
    ("style", "text", "left"),
    [
        ("slashes", 'a = "http://x"; // b', 'a = "http://x";'),
        ("slashes", "a /* b\nc */ d", "a\n     d"),
        ("slashes", "a = '//b'", "a = '//b'"),
        ("slashes", "a = `//b`", "a = `//b`"),
        ("slashes", 'a = "\\"//b"', 'a = "\\"//b"'),
        ("slashes", "a /* never closed", "a"),
        ("slashes", "a # b", "a # b"),
        ("hash", "a: b # c\n# d\ne: f", "a: b\n\ne: f"),
        ("hash", "a: b#c", "a: b#c"),
        ("hash", 'a: "b # c"', 'a: "b # c"'),
        ("hash", "; a", ""),
        ("hash", "a: http://b", "a: http://b"),
        ("both", "a # b\nc // d", "a\nc"),
        ("none", '{"a": "// b"}', '{"a": "// b"}'),
    ],
)
def test_without_comments(style, text, left):
    """What is left keeps its lines and columns."""
    found = without_comments(text, style)
    assert [line.rstrip() for line in found.split("\n")] == left.split("\n")
    assert len(found) == len(text)


def test_takes_linear_time():
    """Quotes and slashes that never end make no text slow."""
    for piece in ('"', "/*", "`\\", "'\\", "/"):
        assert len(without_comments(piece * 100_000, "both")) == len(piece) * 100_000

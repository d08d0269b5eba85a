"""Which files are read, and within which bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mockserver.doctor import files
from mockserver.doctor.files import MOST_BYTES, Walk


def places(root="."):
    return [one.place for one in Walk(Path(root)).sources()]


def test_kinds(put):
    """Code and configuration are read; documents and data are not."""
    put(dict.fromkeys((".env", "Dockerfile", "a.py", "a.ts", "a.yaml", "b.md", "c.csv"), "x"))
    found = {one.place: one.kind for one in Walk(Path()).sources()}
    assert found == {
        ".env": "env",
        "Dockerfile": "dockerfile",
        "a.py": "py",
        "a.ts": "ts",
        "a.yaml": "yaml",
    }


@pytest.mark.parametrize(
    "path",
    [
        *(".git/a.py", "node_modules/x/a.js", "lib/site-packages/a.py", "build/a.py", "dist/a.js"),
        *("__pycache__/a.py", ".tox/a.py", "tests/a.py", "src/__tests__/a.ts", "vendor/a.go"),
        *("package-lock.json", "a.min.js", "test_a.py", "a_test.go", "a.spec.ts", "conftest.py"),
        *("src/tests/unit/helper.py", "testing/a.py", "app_test.py"),
        *(".env.example", "example.env", ".env.template", "poetry.lock"),
    ],
)
def test_skipped(put, path):
    """What others wrote, what was generated, and tests, which make mistakes on purpose."""
    put({path: "x", "kept/a.py": "x"})
    assert places() == [str(Path("kept/a.py"))]


def test_named_folder(put):
    """The folder that is named is looked into, whatever its name is."""
    put({"site-packages/lib/a.py": "x", "site-packages/node_modules/a.js": "x"})
    assert places("site-packages") == [str(Path("site-packages/lib/a.py"))]


def test_virtual_environment(put):
    """One below the folder is skipped, whatever its name is."""
    put({"mine/pyvenv.cfg": "", "mine/a.py": "x", "b.py": "x"})
    assert places() == ["b.py"]


def test_single_file(put):
    """A file that is named is read, whatever its name is."""
    put({"test_a.py": "x"})
    assert places("test_a.py") == ["test_a.py"]


def test_links(put):
    """Nothing outside the folder is read, and no circle is walked."""
    root = put({"in/a.py": "x", "out/b.py": "x"})
    try:
        (root / "in/loop").symlink_to(root / "in", target_is_directory=True)
        (root / "in/away").symlink_to(root / "out", target_is_directory=True)
        (root / "in/c.py").symlink_to(root / "out/b.py")
    except OSError:
        pytest.skip("this machine makes no links")
    assert places("in") == [str(Path("in/a.py"))]


def test_large_and_binary(put):
    """They are counted, and not looked into; a file in another encoding is."""
    root = put({"large.py": "x" * (MOST_BYTES + 1), "full.py": "x" * MOST_BYTES})
    (root / "binary.py").write_bytes(b"x\0")
    (root / "latin.py").write_bytes(b"\xe9")
    walk = Walk(Path())
    assert [(one.place, one.text[0]) for one in walk.sources()] == [
        ("full.py", "x"),
        ("latin.py", "\ufffd"),
    ]
    assert walk.looked == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_of_encodings(put, encoding):
    """What editors and PowerShell on Windows put first is no part of the text."""
    root = put({})
    (root / "a.py").write_text("é = 1\r\n", encoding, newline="")
    assert [one.text for one in Walk(Path()).sources()] == ["é = 1\r\n"]


def test_nothing_to_look_at(put):
    """A file that is named, and that nobody looks into."""
    root = put({"notes.md": "x", "large.json": "x" * (MOST_BYTES + 1), "README": "x"})
    (root / "binary.py").write_bytes(b"x\0")
    for name in ("notes.md", "large.json", "README", "binary.py", os.devnull):
        with pytest.raises(OSError, match=r"(?i)(?:not text|not read|neither)"):
            places(name)


def test_most_files(put, monkeypatch):
    """The walk ends at a bound, and says so."""
    put({f"{number}.py": "x" for number in range(3)})
    for most, cut_off in ((2, True), (3, False)):
        monkeypatch.setattr(files, "MOST_FILES", most)
        walk = Walk(Path())
        assert (len(list(walk.sources())), walk.cut_off) == (most, cut_off)


def test_depth(put):
    """Folders within folders have an end, too."""
    put({"/".join([*("d" * 24), "a.py"]): "x", "/".join([*("e" * 25), "a.py"]): "x"})
    assert [one[0] for one in places()] == ["d"]


def test_unreadable(put, monkeypatch):
    """A file that can't be read is counted apart."""
    put({"a.py": "x", "b.py": "x"})
    real = Path.open

    def refuse(path, *arguments):
        if path.name == "a.py":
            raise PermissionError
        return real(path, *arguments)

    monkeypatch.setattr(Path, "open", refuse)
    walk = Walk(Path())
    assert [one.place for one in walk.sources()] == ["b.py"]
    assert (walk.looked, walk.unread) == (1, 1)


def test_missing():
    """A path that is not there can't be looked at."""
    with pytest.raises(FileNotFoundError):
        places("no-such-folder")

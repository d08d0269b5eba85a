import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pytest
import yaml
from pydantic import Field, TypeAdapter

from mockserver.core.documents import Document, beside, node_of, noting_files, read_text, value_of
from mockserver.core.errors import DocumentError


@dataclass
class Leaf:
    """A mapping with two keys."""

    size: int = 0
    colour: str = "green"

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (read by pydantic)


@dataclass
class Tree:
    """A mapping with a list, a mapping of any keys, and a key that must be there."""

    name: str
    leaves: list[Leaf] = field(default_factory=list)
    named: dict[str, Leaf] = field(default_factory=dict)
    extra: Leaf | None = None

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (read by pydantic)


TREE = TypeAdapter(Tree)


def read(text: str) -> Any:
    return Document(text, source="tree.yaml").read_as(TREE)


def errors(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return str(caught.value).split("\n")


def test_reads():
    """A good document becomes a value of the type."""
    assert read("name: oak\nleaves:\n- size: 3\n") == Tree("oak", [Leaf(3)])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: should be a mapping of keys to values, found nothing"),
        ("# only a comment\n", "1:1: should be a mapping of keys to values, found nothing"),
        ("- oak\n", "1:1: should be a mapping of keys to values, found ['oak']"),
        ("oak\n", "1:1: should be a mapping of keys to values, found 'oak'"),
        ("leaves: []\n", "1:1: the key 'name' is missing"),
        (
            "name: oak\nleafs: []\n",
            (
                "2:1: unknown key 'leafs'; did you mean 'leaves'? "
                "Allowed are leaves, name, named, extra"
            ),
        ),
        (
            "name: oak\nleaves:\n  - size: 1\n    color: red\n",
            "4:5: leaves[0]: unknown key 'color'; did you mean 'colour'? Allowed are colour, size",
        ),
        (
            "name: oak\nnamed:\n  first:\n    zzz: 1\n",
            "4:5: named.first: unknown key 'zzz'; allowed are size, colour",
        ),
        (
            "name: oak\nextra: {sizes: 1}\n",
            "2:9: extra: unknown key 'sizes'; did you mean 'size'? Allowed are size, colour",
        ),
        (
            "name: oak\nleaves: [3]\n",
            "2:10: leaves[0]: should be a mapping of keys to values, found 3",
        ),
        (
            "name: oak\nleaves:\n- size: big\n",
            "3:9: leaves[0].size: should be a whole number, found 'big'",
        ),
        ("name: [1]\n", "1:7: name: should be a valid string, found [1]"),
        ("name: 010\n", "1:7: name: should be a valid string, found 010; write it in quotes"),
    ],
)
def test_errors_name_the_spot(text, said):
    """An error has file, line, column and path, what was found and what is allowed."""
    assert errors(text) == [f"tree.yaml:{said}"]


def test_all_errors_at_once():
    """Three mistakes give three lines."""
    found = errors("leaves:\n- size: a\n- colour: 3\n")
    assert [line.split(": ")[0] for line in found] == [
        "tree.yaml:1:1",
        "tree.yaml:2:9",
        "tree.yaml:3:11",
    ]


def test_long_values_are_shortened():
    """What was found is shown up to a readable length."""
    (line,) = errors(f"name: oak\nleaves: {'x' * 500}\n")
    assert line.endswith("xxx...")
    assert len(line) < 150


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        (
            "name: oak\nname: elm\n",
            "2:1: the key 'name' appears twice in one mapping, first in line 1",
        ),
        (
            "leaves:\n- size: 1\n  size: 2\n",
            "3:3: the key 'size' appears twice in one mapping, first in line 2",
        ),
        ("leaves: {a: 1\n", "2:1: not YAML: "),
        ("name: 'oak\n", "2:1: not YAML: "),
        ("a: 1\n---\nb: 2\n", "2:1: not YAML: expected a single document in the stream, but"),
        ("\tname: oak\n", "1:1: not YAML: the indentation has a tab; use spaces"),
        ("a:\n  b: 1\n  \tc: 2\n", "3:3: not YAML: the indentation has a tab; use spaces"),
        ("a: |\n\tb\n", "2:1: not YAML: the indentation has a tab; use spaces"),
        ("a: b: c\td\n", "1:5: not YAML: "),
        ("name: oak\n---\nname: elm\n", "2:1: not YAML: "),
        ("name: !!python/name:os.system x\n", "1:7: not YAML: "),
        ("name: *unknown\n", "1:7: not YAML: "),
    ],
)
def test_not_yaml(text, spot):
    """What is no YAML, or says a thing twice, is refused with line and column."""
    with pytest.raises(DocumentError) as caught:
        Document(text, source="tree.yaml")
    assert str(caught.value).startswith(f"tree.yaml:{spot}")


def test_control_characters():
    """Characters that YAML forbids are refused in one line, though there is no spot to name."""
    with pytest.raises(DocumentError, match=r"^tree.yaml: not YAML: .") as it:
        Document("name: \x00", source="tree.yaml")
    assert "\n" not in str(it.value)


def test_where():
    """A path is found as far as the text has it."""
    document = Document("a:\n  - b: 1\n", source="x.yaml")
    assert document.where(["a", 0, "b"]) == ("x.yaml:2:8", ("a", 0, "b"))
    assert document.where(["a", 5, "b"]) == ("x.yaml:2:3", ("a",))
    assert document.where(["a", 0, "b", "c"]) == ("x.yaml:2:8", ("a", 0, "b"))
    assert document.where([]) == ("x.yaml:1:1", ())
    assert document.where(["a", 0, "b"], key=True) == ("x.yaml:2:5", ("a", 0, "b"))
    assert document.where(["a", 0], key=True) == ("x.yaml:2:5", ("a", 0))


def test_error():
    """What is wrong with a value is said with its spot and path."""
    error = Document("a:\n  - b: 1\n", source="x.yaml").error(("a", 0, "b"), "is odd")
    assert str(error) == "x.yaml:2:8: a[0].b: is odd"


@pytest.mark.parametrize(
    ("source", "name", "path"),
    [
        ("ours/child.yaml", "base.yml", "ours/base.yml"),
        ("ours/child.yaml", "../base.yaml", "ours/../base.yaml"),
        ("child.yaml", "./base.yaml", "base.yaml"),
        ("<text>", "base.yaml", "base.yaml"),
        ("ours/child.yaml", "/there/base.yaml", "/there/base.yaml"),
        ("ours/child.yaml", "guide", "guide"),
    ],
)
def test_beside(source, name, path):
    """A path in a document starts where the document is; a name is none."""
    assert beside(source, name) == str(Path(path))


def test_doubles_in_different_mappings():
    """The same key in two mappings is no double."""
    assert read("name: oak\nleaves: [{size: 1}, {size: 2}]\n").leaves == [Leaf(1), Leaf(2)]


def test_merged_data():
    """Data that was merged from the text is read in its place, its errors still have a spot."""
    document = Document("name: oak\nleaves: []\n", source="tree.yaml")
    assert document.read_as(TREE, {"name": "elm"}) == Tree("elm")
    with pytest.raises(DocumentError, match=r"^tree.yaml:2:9: leaves: should be a whole number"):
        document.read_as(TREE, {"name": "elm", "leaves": [{"size": "x"}]})


def test_unknown_key_of_merged_data():
    """An unknown key that stands in another file is judged by the keys of its own mapping."""
    document = Document("name: oak\nleaves: []\n", source="tree.yaml")
    with pytest.raises(DocumentError, match=r"leaves: unknown key 'x'; allowed are size, colour"):
        document.read_as(TREE, {"name": "elm", "leaves": [{"x": 1}]})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("? [a, b]\n: c\n", id="a list as key"),
        pytest.param("? {}\n: c\n", id="a mapping as key"),
    ],
)
def test_odd_yaml(text):
    """YAML that cannot become plain data is refused like any other mistake."""
    with pytest.raises(DocumentError, match=r"^tree\.yaml: not valid YAML: "):
        Document(text, source="tree.yaml")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: &a {b: *a}\n", id="an alias of itself"),
        pytest.param("[" * 101 + "]" * 101, id="one level too many"),
        pytest.param("[" * 3000 + "]" * 3000, id="more than Python bears"),
        pytest.param("{a: " * 3000 + "}" * 3000, id="mappings"),
        pytest.param("? " * 3000, id="keys"),
        pytest.param("- " * 100_000, id="more than libyaml bears"),
        pytest.param("[" * 3000, id="and never ends"),
    ],
)
def test_too_deep(text):
    """What has no end, or nearly so, is refused in one sentence."""
    with pytest.raises(DocumentError, match=r"^tree\.yaml: is nested too deeply, or contains "):
        Document(text, source="tree.yaml")


@pytest.mark.parametrize("text", ["[" * 100 + "]" * 100, "- " * 99 + "x"])
def test_deep_enough(text):
    """A hundred levels are read."""
    assert Document(text, source="tree.yaml").data


@pytest.mark.parametrize("number", ["1" + ":1" * 5000, "9" * 200, "0x" + "f" * 9000])
def test_very_long_numbers(number):
    """A number of thousands of digits stays a text: to compute it takes too long."""
    assert Document(f"name: {number}", source="tree.yaml").data == {"name": number}


def test_very_many_errors():
    """The first twenty errors are told, then how many more there are."""
    found = errors("name: oak\nleaves:\n" + "- 3\n" * 50_000)
    assert len(found) == 21
    assert found[-1] == "tree.yaml: and 49,980 more errors"


def test_one_value_is_small():
    """A value of a header field or an option may not be as large as a file."""
    text = f"[{'x,' * 2_000}]"
    assert len(Document(text, source="tree.yaml").data) == 2_000
    with pytest.raises(DocumentError, match=r"^here: has more than 1,000 keys and values"):
        value_of(text, source="here")


def test_endless_file(tmp_path):
    """A very long file is not read to its end; a pipe or a device is not read at all."""
    long, pipe, device = (tmp_path / f"{name}.yaml" for name in ("long", "pipe", "device"))
    with long.open("wb") as file:
        file.truncate(8_000_001)
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    with pytest.raises(DocumentError, match=r"long\.yaml: is longer than 8,000,000 bytes"):
        read_text(str(long))
    for file in (pipe, device):
        with pytest.raises(DocumentError, match=rf"{file.name}: is not a regular file"):
            read_text(str(file))


def test_wrong_and_long():
    """A long text with a mistake in it is told the mistake, not its depth."""
    with pytest.raises(DocumentError, match=r"^tree\.yaml:200:1: not YAML"):
        Document("name: oak\n" * 199 + "}", source="tree.yaml")


@pytest.mark.parametrize("text", ["2026-13-45", "0b_", "!!int x", "!!bool x"])
def test_no_such_value(text):
    """What only looks like a date or a number is a text, whose spot is told when it is read."""
    document = Document(f"name: oak\nheight: {text}\nage: {text}\n", source="tree.yaml")
    found = text.rpartition(" ")[2]
    assert document.data == {"name": "oak", "height": found, "age": found}


def test_file_of():
    """A value knows the file in which it stands, also where two documents were joined."""
    one, other = (Document(f"name: {name}\n", source=f"{name}.yaml") for name in "ab")
    joined = one.with_root(
        yaml.MappingNode(
            one.root.tag,
            [*one.root.value, (other.root.value[0][1], other.root.value[0][1])],
            one.root.start_mark,
            one.root.end_mark,
        )
    )
    assert joined.data == {"name": "a", "b": "b"}
    assert (joined.file_of(("name",)), joined.file_of(("b",))) == ("a.yaml", "b.yaml")
    assert (joined.where(("b",))[0], joined.file_of(("none",))) == ("b.yaml:1:7", "a.yaml")
    assert Document("", source="empty.yaml").file_of(("a",)) == "empty.yaml"
    assert one.data == {"name": "a"}


def test_origins():
    """An error names the parameters that a value was made from."""
    document = Document("name: oak\nleaves:\n- size: big\n", source="tree.yaml")
    (size,) = (value for _, value in document.root.value[1][1].value[0].value)
    made = document.with_root(document.root, {id(size): ["n"]})
    with pytest.raises(DocumentError, match=r"found 'big' \(from the parameter 'n'\)$"):
        made.read_as(TREE)


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("true", True), ("2s", "2s"), ("[a, 1]", ["a", 1]), ("", None)]
)
def test_value_of(text, value):
    """A piece of YAML is a value."""
    assert value_of(text, source="here") == value


@pytest.mark.parametrize("value", [3, 2.5, True, None, "4", "a: b", ["a", {"b": []}]])
def test_node_of(value):
    """The node of a value gives the value."""
    document = Document("a: 1\n", source="x.yaml")
    assert document.with_root(node_of(value)).data == value


def test_no_node():
    """What YAML has no form for has no node."""
    with pytest.raises(ValueError, match="YAML has no form for <object"):
        node_of(object())


def test_noting_files(tmp_path):
    """Each file is noted before it is read, one that is not there too, and no other afterwards."""
    there, missing = tmp_path / "there.yaml", tmp_path / "missing.yaml"
    there.write_text("old")
    noted = []

    def note(path):
        noted.append(path)
        there.write_text("new")

    with noting_files(note):
        assert read_text(str(there)) == "new"
        with pytest.raises(DocumentError):
            read_text(str(missing))
    read_text(str(there))
    assert noted == [str(there), str(missing)]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("no", "'no'"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("TRUE", "TRUE"),
        ("~", "~"),
        ("", "nothing"),
        ("[on, 010, {a: yes, 1: ~}]", "['on', 010, {'a': 'yes', 1: ~}]"),
    ],
)
def test_found_is_what_was_written(value, found):
    """A wrong value is shown as its author wrote it."""
    with pytest.raises(DocumentError) as caught:
        Document(f"a: {value}", source="x").read_as(TypeAdapter(dict[str, Tree]))
    assert (
        str(caught.value)
        == f"x:1:{4 if value else 3}: a: should be a mapping of keys to values, found {found}"
    )


def test_explained():
    """Who reads a document may know more of an unknown key than its schema."""
    document = Document("name: oak\nleaves:\n- {width: 3}\n", source="tree.yaml")
    with pytest.raises(DocumentError, match=r"leaves\[0\]: unknown key 'width'; ask 3 at 2$"):
        document.read_as(TREE, explain=lambda path, _, value: f"; ask {value} at {len(path)}")


def test_list_of_wrong_items():
    """A list that is not empty is not called so for what is wrong in it."""
    adapter = TypeAdapter(Annotated[tuple[Leaf, ...], Field(min_length=1)])
    with pytest.raises(DocumentError, match=r"^x:1:3: \[0\]: unknown key 'a'; [^\n]*$"):
        Document("[{a: 1}]", source="x").read_as(adapter)
    with pytest.raises(DocumentError, match=r"^x:1:1: should not be empty, found \[\]$"):
        Document("[]", source="x").read_as(adapter)


def test_wrong_tag():
    """A tag that JSON has no value for is refused with its spot."""
    with pytest.raises(DocumentError, match=r"^tree\.yaml:1:4: not YAML: "):
        Document("a: !!timestamp 2026-01-01", source="tree.yaml")

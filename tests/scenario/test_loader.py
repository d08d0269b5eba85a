import json

import pytest

from mockserver import scenario
from mockserver.core.errors import DocumentError, UnknownNameError
from mockserver.faults import Cut, Error
from mockserver.scenario import Rule, Scenario


def lines(text):
    with pytest.raises(DocumentError) as caught:
        scenario.parse(text, source="mine.yaml")
    return str(caught.value).split("\n")


def test_names():
    """The shipped names are listed in order and can all be loaded."""
    names = scenario.names()
    assert names == sorted(names)
    assert {"healthy", "burst-503", "rate-limit", "truncated-512"} <= set(names)
    assert all(scenario.load(name).name == name for name in names)


def test_tagged():
    """Scenarios are found by their tags: those that have all of them."""
    assert scenario.tagged(()) == scenario.names()
    both = scenario.tagged(["streaming", "network"])
    assert both == ["cut-in-json", "silent-cut", "stream-cut"]
    assert {"burst-503", "rate-limit"} <= set(scenario.tagged(["retry"]))
    with pytest.raises(UnknownNameError, match="no tag is called 'stream'; did you mean 'streamin"):
        scenario.tagged(["retry", "stream"])


def test_shipped_are_read_once():
    """A shipped scenario is read from disk once."""
    assert scenario.load("healthy") is scenario.load("healthy")


@pytest.mark.parametrize("suffix", ["yaml", "yml"])
def test_by_path(tmp_path, suffix):
    """A path is read again each time, in UTF-8."""
    path = tmp_path / f"mine.{suffix}"
    path.write_text("name: größer\n", "utf-8")
    assert scenario.load(str(path)) == Scenario("größer")
    path.write_text("name: other\n", "utf-8")
    assert scenario.load(str(path)) == Scenario("other")


def test_parse():
    """A text is read like a file."""
    read = scenario.parse("name: x\nrules: [{faults: [{error: {status: 500}}]}]\n")
    assert read == Scenario("x", rules=(Rule(faults=(Error(status=500),)),))


def test_unknown_name():
    """An unknown name is refused with the nearest one and all others."""
    with pytest.raises(UnknownNameError) as caught:
        scenario.load("burst-504")
    assert str(caught.value).startswith(
        "no scenario is called 'burst-504'; did you mean 'burst-503'? Allowed are burst-503, "
    )


def test_parameters():
    """A shipped scenario is played with values of one's own; the shipped one stays as it is."""
    given = scenario.load("stream-cut", {"after_tokens": 3})
    assert given.rules[0].faults == (Cut(after_tokens=3),)
    assert scenario.load("stream-cut").rules[0].faults == (Cut(after_tokens=20),)


def test_parameters_of_a_file(tmp_path):
    """So is a file."""
    path = tmp_path / "mine.yaml"
    path.write_text("name: x\nparameters: {n: 1}\nrules: [{schedule: {first: '${n}'}}]\n")
    assert scenario.load(str(path), {"n": 4}).rules[0].schedule.first == 4


def test_missing_file(tmp_path):
    """A file that does not exist is named."""
    path = str(tmp_path / "none.yaml")
    with pytest.raises(DocumentError) as caught:
        scenario.load(path)
    assert str(caught.value) == f"{path}: there is no such file"


def test_unreadable(tmp_path):
    """So is one that is no text, or no file; also if another file extends it."""
    (tmp_path / "binary.yaml").write_bytes(b"name: \xff\xfe")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "links.yaml").symlink_to("links.yaml")
    for name, wrong in (
        ("binary.yaml", r"binary\.yaml: is not text in UTF-8"),
        ("folder.yaml", r"folder\.yaml: cannot be read: "),
        ("links.yaml", r"links\.yaml: cannot be read: Too many levels of symbolic links"),
        ("\0.yaml", r"\\x00\.yaml': no path has the character NUL"),
    ):
        with pytest.raises(DocumentError, match=wrong):
            scenario.load(str(tmp_path / name))
        (tmp_path / "mine.yaml").write_text(f"name: x\nextends: {json.dumps(name)}\n")
        with pytest.raises(DocumentError, match=rf"mine\.yaml:2:10: extends: .*{wrong}"):
            scenario.load(str(tmp_path / "mine.yaml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: should be a mapping of keys to values, found nothing"),
        ("just text", "1:1: should be a mapping of keys to values, found 'just text'"),
        ("description: no name\n", "1:1: the key 'name' is missing"),
        ("name: x\nname: y\n", "2:1: the key 'name' appears twice in one mapping"),
        ("name: [x\n", "2:1: not YAML: "),
        ("name: 5\n", "1:7: name: should be a valid string, found 5"),
        ("name: x\nversion: 2\n", "2:10: version: should be 1, found 2"),
        ("name: x\nrules: 3\n", "2:8: rules: should be a list, found 3"),
        (
            "name: x\nrules: [{count_by: calls}]\n",
            (
                "2:20: rules[0].count_by: should be 'request' or 'call', found 'calls'; "
                "did you mean 'call'?"
            ),
        ),
        ("name: ''\n", "1:7: name: should not be empty, found ''"),
        (
            "name: x\nrules: [{schedule: {any: []}}]\n",
            "2:26: rules[0].schedule.any: should not be empty, found []",
        ),
        (
            "name: x\nrules: [{match: {stream: maybe}}]\n",
            "2:26: rules[0].match.stream: should be true or false, found 'maybe'",
        ),
        (
            "name: x\nsede: 1\n",
            (
                "2:1: unknown key 'sede'; did you mean 'seed'? Allowed are seed, name, version, "
                "description, source, edition, tier, spent, context, capacity, port, rules"
            ),
        ),
        (
            "name: x\nrules:\n- match: {modle: a}\n",
            (
                "3:11: rules[0].match: unknown key 'modle'; did you mean 'model'? "
                "Allowed are model, method, endpoint, stream, prompt, key, headers, messages, "
                "tools, json, attempt, not"
            ),
        ),
        (
            "name: x\nrules:\n- {}\n- schedule: {firsts: 3}\n",
            (
                "4:14: rules[1].schedule: unknown key 'firsts'; did you mean 'first'? "
                "Allowed are first, after, at, every, probability, window, any, all, not"
            ),
        ),
        (
            "name: x\nrules:\n- faults:\n  - errors: {status: 500}\n",
            (
                "4:5: rules[0].faults[0]: unknown key 'errors'; did you mean 'error'? "
                "Allowed are error, "
            ),
        ),
        (
            "name: x\nrules:\n- faults:\n  - cut:\n",
            ("4:9: rules[0].faults[0].cut: should be a mapping of keys to values, found nothing"),
        ),
        (
            "name: x\nrules:\n- faults:\n  - latency: {delay: 5}\n",
            (
                "4:22: rules[0].faults[0].latency.delay: "
                "should be a duration with its unit, such as 250ms, 2s, 1m or 1h, found 5; "
                "write 5s or 5ms"
            ),
        ),
        (
            "name: x\nrules:\n- faults:\n  - error: {problem: wrong_api_ky}\n",
            (
                "4:22: rules[0].faults[0].error.problem: is not the name of a problem, "
                "found 'wrong_api_ky'; did you mean 'wrong_api_key'? Allowed are wrong_api_key, "
            ),
        ),
        (
            "name: x\nrules:\n- schedule: {probability: 20}\n",
            "3:27: rules[0].schedule.probability: should be a number from 0 to 1, found 20; write ",
        ),
        (
            "name: x\nrules:\n- schedule:\n    window: {for: 10s, repeat: 5s}\n",
            "4:13: rules[0].schedule.window: 'repeat' should be longer than 'for'",
        ),
        (
            "name: x\nrules:\n- reply: {text: hi, tokens: 3}\n",
            (
                "3:10: rules[0].reply: has text and tokens, but only one of text, json, tokens and "
                "echo is allowed, found {'text': 'hi', 'tokens': 3}; tool_calls and reasoning"
            ),
        ),
        (
            "name: x\nedition: gide\n",
            "2:10: edition: no edition is called 'gide'; did you mean 'guide'? Allowed are guide, ",
        ),
        (
            "name: x\nedition: guide\ntier: fre\n",
            "3:7: tier: no tier of edition guide is called 'fre'; did you mean 'free'? Allowed ",
        ),
    ],
)
def test_errors(text, said):
    """An error has file, line, column and path, what was found, and what is meant or allowed."""
    (line,) = lines(text)
    assert line.startswith(f"mine.yaml:{said}")


def test_several_errors():
    """Several mistakes give as many lines, each with its own spot."""
    text = """\
name: x
seed: many
rules:
- match: {stream: maybe}
- faults:
  - truncate: {tokens: -1}
  - {}
"""
    assert [line.split(": ")[:2] for line in lines(text)] == [
        ["mine.yaml:2:7", "seed"],
        ["mine.yaml:4:19", "rules[0].match.stream"],
        ["mine.yaml:6:24", "rules[1].faults[0].truncate.tokens"],
        ["mine.yaml:7:5", "rules[1].faults[1]"],
    ]


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        (
            "tier: fre",
            "mine.yaml:2:7: tier: no shipped edition has the tier 'fre'; did you mean 'f",
        ),
        ("tier: free", ""),
        ("tier: free-trial", ""),
        ("tier: default", ""),
    ],
)
def test_tier_of_no_edition(text, odd):
    """A tier is odd when no edition that could be chosen has it."""
    warnings = scenario.read(f"name: x\n{text}\n", source="mine.yaml").warnings()
    assert [warning[: len(odd)] for warning in warnings] == [odd] * bool(odd)


def test_own_edition(tmp_path):
    """A scenario may name an edition by path, and that edition's tiers."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "extends: guide\ntiers:\n  gold:\n"
        "    requests: {minute: 1, hour: 2, day: 3}\n    tokens: {minute: 4, hour: 5, day: 6}\n"
    )
    read = scenario.parse(f"name: x\nedition: {path}\ntier: gold\n")
    assert read.tier == "gold"
    path = tmp_path / "broken.yaml"
    path.write_text("extends: guide\nnames: x\n")
    (line,) = lines(f"name: x\nedition: {path}\n")
    assert line.startswith(f"mine.yaml:2:10: edition: {path}:2:1: unknown key 'names'")


def test_edition_beside_it(tmp_path):
    """The path of an edition is relative to the scenario's own."""
    (tmp_path / "ours.yaml").write_text("extends: guide\n")
    path = tmp_path / "mine.yaml"
    path.write_text("name: x\nedition: ./ours.yaml\n")
    assert scenario.load(str(path)).edition == str(tmp_path / "ours.yaml")


def test_tier_of_an_open_edition():
    """A tier is not judged while the edition is left open, for another may be chosen at start."""
    assert scenario.parse("name: x\ntier: anything\n").tier == "anything"

import pytest

from mockserver.core.errors import DocumentError
from mockserver.scenario import load, parse

BASE = """\
name: base
description: What others build on.
seed: 7
tier: free
spent: {requests: 3, tokens: 5}
parameters: {times: 2, status: 503}
rules:
  - name: outage
    schedule: {first: "${times}"}
    faults: [error: {status: "${status}"}]
  - reply: {text: base}
"""


@pytest.fixture
def write(tmp_path):
    """Return a writer of files that gives the path; the base is there."""

    def text_to(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return str(path)

    text_to("base.yaml", BASE)
    return text_to


def test_keys_replace(write):
    """Keys of one's own replace those inherited, as a whole; the others stay."""
    path = write("mine.yaml", "extends: base.yaml\nname: mine\nseed: 8\nspent: {tokens: 1}\n")
    base, mine = load(path.replace("mine", "base")), load(path)
    assert (mine.name, mine.seed, mine.extends) == ("mine", 8, "base.yaml")
    assert (mine.spent.requests, mine.spent.tokens) == (0, 1)
    assert (mine.description, mine.tier, mine.rules) == (base.description, base.tier, base.rules)


@pytest.mark.parametrize(
    ("rules", "texts"),
    [
        ("[]", ["outage", "base"]),
        ("[{reply: {text: mine}}]", ["mine", "outage", "base"]),
        ("[{name: outage, reply: {text: mine}}]", ["mine", "base"]),
        ("[{name: outage}, {name: outage, reply: {text: mine}}]", ["outage", "mine", "base"]),
        ("[{name: other}]", ["other", "outage", "base"]),
    ],
)
def test_rules_come_first(write, rules, texts):
    """Rules of one's own come first; an inherited one of the same name is dropped."""
    found = load(write("mine.yaml", f"extends: base.yaml\nrules: {rules}\n")).rules
    assert [rule.reply.text or rule.name for rule in found] == texts


def test_parameters_by_name(write):
    """Parameters are laid over the inherited ones by name, also those that the base uses."""
    text = "extends: base.yaml\nparameters: {times: 4, word: hi}\ndescription: ${word}\n"
    found = load(write("mine.yaml", text))
    assert found.parameters == {"times": 4, "status": 503, "word": "hi"}
    assert (found.rules[0].schedule.first, found.description) == (4, "hi")
    found = load(write("mine.yaml", text), {"times": 5, "status": 500})
    assert (found.rules[0].schedule.first, found.rules[0].faults[0].status) == (5, 500)


def test_over_several_steps(write):
    """What is extended may extend another one; paths are relative to the file they stand in."""
    write("inner/middle.yaml", "extends: ../base.yaml\nname: middle\nseed: 9\n")
    found = load(write("mine.yaml", "extends: inner/middle.yaml\nname: mine\n"))
    assert (found.name, found.seed, found.tier) == ("mine", 9, "free")
    assert found.rules[0].name == "outage"


def test_shipped():
    """A shipped scenario is extended by its name."""
    found = parse("extends: burst-503\nname: mine\nrules: [{name: outage}]\n")
    assert (found.name, [rule.faults for rule in found.rules]) == ("mine", [()])


def test_same_file_name_as_a_shipped_one(write):
    """A file may extend the shipped scenario of its own name."""
    assert load(write("burst-503.yaml", "extends: burst-503\nseed: 3\n")).seed == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: mine.yaml\n", "1:10: extends: 'mine.yaml' extends itself, by way of this file"),
        (
            "extends: 3\nname: x\n",
            "1:10: extends: should be a valid string, found 3; write it in quotes",
        ),
        ("extends: burst-50\n", "1:10: extends: no scenario is called 'burst-50'; did you mean 'b"),
        ("extends: base.yaml\nseed: x\n", "2:7: seed: should be a whole number"),
        ("extends: base.yaml\nsede: 1\n", "2:1: unknown key 'sede'; did you mean 'seed'?"),
        (
            "extends: base.yaml\nrules:\n- {}\n- {title: x}\n",
            "4:4: rules[1]: unknown key 'title'; ",
        ),
        ("extends: base.yaml\nrules: 3\n", "2:8: rules: should be a list, found 3"),
        ("extends: base.yaml\nparameters: 3\n", "2:13: parameters: should be a mapping"),
        ("extends: base.yaml\nedition: none\n", "2:10: edition: no edition is called 'none'"),
    ],
)
def test_errors(write, text, said):
    """An error stands where the text is wrong."""
    path = write("mine.yaml", text)
    with pytest.raises(DocumentError) as caught:
        load(path)
    assert f"{path}:{said}" in str(caught.value)


def test_errors_of_the_base(write):
    """What is wrong in the base is an error there, though its rules have moved."""
    base = write("base.yaml", BASE.replace("reply: {text: base}", "reply: {text: 3}"))
    path = write("mine.yaml", "extends: base.yaml\nparameters: {times: 0}\nrules: [{}, {}]\n")
    with pytest.raises(DocumentError) as caught:
        load(path)
    assert str(caught.value).split("\n") == [
        (
            f"{base}:9:23: rules[2].schedule.first: should be greater than or equal to 1, found 0 "
            "(from the parameter 'times')"
        ),
        (
            f"{base}:11:19: rules[3].reply.text: should be a valid string, found 3; "
            "write it in quotes"
        ),
    ]


def test_missing_base(write):
    """A base that is not there is an error where it is named."""
    path = write("mine.yaml", "name: x\nextends: none.yaml\n")
    with pytest.raises(DocumentError, match=r"mine.yaml:2:10: extends: .*none.yaml: there is no"):
        load(path)


def test_in_a_circle(write):
    """Two files can't extend each other."""
    write("one.yaml", "extends: inner/../two.yaml\n")
    path = write("two.yaml", "extends: one.yaml\n")
    write("inner/x.yaml", "")
    with pytest.raises(DocumentError, match=r"one.yaml:1:10: extends: .* extends itself, by way"):
        load(path)


def test_edition_of_the_base(write):
    """The path of an inherited edition is relative to the file that names it."""
    write("inner/ours.yaml", "extends: guide\nname: ours\n")
    write("inner/base.yaml", "name: base\nedition: ours.yaml\n")
    found = load(write("mine.yaml", "extends: inner/base.yaml\n"))
    assert found.edition.endswith("inner/ours.yaml")


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a list\n", "a text\n"])
def test_base_that_is_none(write, text):
    """What is extended has to be a scenario, or a part of one."""
    write("other.yaml", text)
    wrong = r"mine\.yaml:1:10: extends: 'other\.yaml' is not a mapping "
    with pytest.raises(DocumentError, match=wrong):
        load(write("mine.yaml", "extends: other.yaml\nname: mine\n"))


def test_status():
    """What the status page does is a key like others: replaced as a whole, or inherited."""
    assert parse("extends: status-page-lags\nname: mine\n").status.lag == 300.0
    mine = parse("extends: status-page-lags\nname: mine\nstatus: {says: operational}\n")
    assert (mine.status.lag, mine.status.says) == (0.0, "operational")
    assert parse("extends: status-page-lags\nname: mine\nparameters: {lag: 9s}\n").status.lag == 9.0

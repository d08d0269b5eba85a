import datetime as dt

import pytest

from mockserver.api.contract import editions
from mockserver.api.contract.edition import PerPeriod
from mockserver.api.contract.edition_settings import Validation
from mockserver.core.errors import DocumentError, UnknownNameError


@pytest.fixture
def write(tmp_path):
    """Return a writer of editions that gives the path."""

    def text_to(name, text):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return str(path)

    return text_to


def test_names():
    """The shipped editions are listed, the default among them."""
    assert editions.names() == [
        *("2025-10", "2025-11", "2026-04", "2026-05", "2026-07", "2026-08", "2026-11"),
        "guide",
    ]
    assert editions.DEFAULT in editions.names()


@pytest.mark.parametrize("name", editions.names())
def test_shipped(name):
    """Each shipped edition loads, has its file's name, a description, and a default tier."""
    edition = editions.load(name)
    assert edition.name == name
    assert edition.description
    assert edition.tier(None) is edition.tiers[edition.default_tier]
    assert any(edition.serves(model) for model in edition.models)
    assert edition is editions.load(name)


@pytest.mark.parametrize(
    ("model", "context", "speed"),
    [
        ("llama3.1-8b", 8192, 2000),
        ("llama3.1-70b", 8192, 1400),
        ("llama-4-scout-17b-16e-instruct", 10_000, 1000),
        ("llama-4-maverick-17b-128e-instruct", 16_000, 800),
        ("qwen-3-32b", 16_000, 700),
    ],
)
def test_models_of_the_guide(model, context, speed):
    """The guide's models have its windows and speeds, and stop at 512 tokens by default."""
    found = editions.load("guide").models[model]
    assert (found.context, found.speed, found.default_output) == (context, speed, 512)
    assert found.retired is not None


def test_guide():
    """The guide wants csk- keys and has a free tier of 30 requests and 60,000 tokens a minute."""
    guide = editions.load("guide")
    assert (guide.keys.prefix, guide.keys.missing) == ("csk-", "wrong_api_key")
    free = guide.tier(None)
    assert (free.requests.minute, free.tokens.minute) == (30, 60_000)


def test_guide_has_today():
    """Today's models are in the guide unchanged."""
    today, guide = editions.load("2026-11").models, editions.load("guide").models
    served = [name for name in today if editions.load("2026-11").serves(name)]
    assert served == ["gpt-oss-120b", "qwen-3.8-27b"]
    assert all(guide[name] == today[name] for name in served)
    assert all(today[name].default_output is None for name in served)


def test_today():
    """Today's API takes any key, serves no retired model, and has the Free Trial's limits."""
    today = editions.load("2026-11")
    assert (today.keys.prefix, today.keys.missing) == ("", "not_authenticated")
    assert today.tier(None).requests == PerPeriod(5, 150, 2400)
    assert not any(model.retired for name, model in today.models.items() if today.serves(name))


def test_own_edition(write):
    """An edition of one's own extends another: mappings are merged, all else is replaced."""
    path = write(
        "mine.yaml",
        """
        extends: guide
        name: mine
        keys: {prefix: my-}
        models:
          llama3.1-8b: {context: 4096, default_output: null}
          new-model: {context: 100, max_output: 50, speed: 10, retired: 2026-01-01}
        """,
    )
    mine, guide = editions.load(path), editions.load("guide")
    assert (mine.name, mine.date) == ("mine", guide.date)
    assert (mine.keys.prefix, mine.keys.missing) == ("my-", "wrong_api_key")
    changed = mine.models["llama3.1-8b"]
    assert (changed.context, changed.default_output, changed.speed) == (4096, None, 2000)
    assert mine.models["new-model"].retired == dt.date(2026, 1, 1)
    assert mine.models["llama3.1-70b"] == guide.models["llama3.1-70b"]


def test_extends_a_file(write):
    """An edition may extend a file, whose path is relative to its own."""
    base = write("base.yaml", "extends: 2026-11\nname: base\n")
    for name in (base, "./base.yaml"):
        child = editions.load(write("child.yml", f"extends: {name}\nrevived: [llama3.1-8b]\n"))
        assert (child.name, child.revived, child.extends) == ("base", ("llama3.1-8b",), name)


def test_text(write):
    """A text is read like a file."""
    write("base.yaml", "extends: 2026-11\nname: base\n")
    source = write("child.yml", "")
    assert editions.parse("extends: base.yaml\n", source=source).name == "base"
    assert editions.parse("extends: guide\nname: ours\n").name == "ours"


def test_read_anew(write):
    """A file is read each time."""
    for name in ("one", "two"):
        assert editions.load(write("mine.yaml", f"extends: guide\nname: {name}\n")).name == name


def test_unknown_name():
    """An unknown name is refused with the nearest one."""
    with pytest.raises(UnknownNameError, match="no edition is called 'gide'; did you mean 'guide'"):
        editions.load("gide")


def test_unknown_base(write):
    """So is the name of an unknown base, with the spot, and so is what is wrong in a base."""
    write("base.yaml", "extends: guide\nrevivd: []\n")
    for name, message in (
        ("2026-12", "no edition is called '2026-12'; did you mean '2026-11'"),
        ("none.yaml", r"\S+none\.yaml: there is no such file"),
        ("base.yaml", r"\S+base\.yaml:2:1: unknown key 'revivd'; did you mean 'revived'"),
    ):
        with pytest.raises(DocumentError, match=rf"bad\.yaml:1:10: extends: {message}"):
            editions.load(write("bad.yaml", f"extends: {name}\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: guide\nrevivd: []\n", r"2:1: unknown key 'revivd'; did you mean"),
        ("extend: guide\n", r"1:1: unknown key 'extend'; did you mean 'extends'\?"),
        ("extends: guide\nname: [1]\n", r"2:7: name: should be a valid string, found \[1\]"),
        (
            "extends: guide\nmodels: {llama3.1-8b: {context: -4}}\n",
            r"2:33: models\.llama3\.1-8b\.context: should be greater than or equal to 1, found -4",
        ),
        ("name: alone\n", "1:1: the key 'models' is missing"),
        ("", "1:1: should be a mapping"),
        ("- a\n", "1:1: should be a mapping"),
        ("extends: guide\ndefault_tier: [\n", "not YAML"),
    ],
)
def test_errors(write, text, message):
    """What is wrong in an edition is said with file, line, column and path."""
    path = write("bad.yaml", text)
    with pytest.raises(DocumentError, match=message) as caught:
        editions.load(path)
    assert path in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("default_tier: fre", "2:15: default_tier: no tier is called 'fre'; did you mean 'free'"),
        (
            "revived: [llama3.1-8b, llama3.1-7b]",
            r"2:24: revived\[1\]: no model is called 'llama3.1-7b'; did you mean 'llama3.1-70b'",
        ),
        (
            "models: {llama3.1-8b: {successor: gpt-oss-20b}}",
            r"2:35: models\.llama3\.1-8b\.successor: no model is called 'gpt-oss-20b'; did you",
        ),
        (
            "models: {gpt-oss-120b: {windows: {fre: 100}}}",
            r"2:40: models\.gpt-oss-120b\.windows\.fre: no tier is called 'fre'; did you mean",
        ),
    ],
)
def test_dangling_names(write, text, message):
    """A name that nothing in the edition has is found when it is loaded."""
    with pytest.raises(DocumentError, match=rf"bad\.yaml:{message}"):
        editions.load(write("bad.yaml", f"extends: guide\n{text}\n"))


def test_all_dangling_names(write):
    """Each of them has a line."""
    text = "extends: guide\ndefault_tier: x\nrevived: [y, z]\n"
    with pytest.raises(DocumentError) as caught:
        editions.load(write("bad.yaml", text))
    assert str(caught.value).count("\n") == 2


def test_unreadable(tmp_path):
    """A file that is not there, or not text, is named."""
    missing = str(tmp_path / "none.yaml")
    with pytest.raises(DocumentError, match=r"none\.yaml: there is no such file"):
        editions.load(missing)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DocumentError, match=r"binary\.yaml: is not text"):
        editions.load(str(tmp_path / "binary.yaml"))
    (tmp_path / "links.yaml").symlink_to("links.yaml")
    (tmp_path / "mine.yaml").write_text("extends: links.yaml\nname: x\n")
    with pytest.raises(DocumentError, match=r"mine\.yaml:1:10: extends: .*links\.yaml: cannot be"):
        editions.load(str(tmp_path / "mine.yaml"))


def test_extends_itself(write, tmp_path):
    """An edition that extends itself is refused, whatever way it takes."""
    for name in ("loop.yaml", f"../{tmp_path.name}/loop.yaml", "other.yaml"):
        write("other.yaml", "extends: loop.yaml\n")
        with pytest.raises(DocumentError, match=r"loop\.yaml:1:10: extends: .* extends itself"):
            editions.load(write("loop.yaml", f"extends: {name}\n"))


def test_validation(write):
    """An edition says how it refuses bodies; what it does not say is today's way."""
    text = 'extends: guide\nvalidation: {status: 422, prefix: "body.", waives: [schemas]}\n'
    found = editions.load(write("old.yaml", text)).validation
    assert found == Validation(status=422, prefix="body.", images=5, waives=("schemas",))
    assert editions.load("2026-11").validation == Validation()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("{stat: 422}", r"2:14: validation: unknown key 'stat'; did you mean 'status'\?"),
        ("{status: 200}", r"validation\.status: should be greater than or equal to 400"),
        ("{waives: [nonsense]}", r"validation\.waives\[0\]: should be 'n_greater_than_1', "),
    ],
)
def test_wrong_validation(write, keys, message):
    """A mistake there is named like any other."""
    with pytest.raises(DocumentError, match=message):
        editions.load(write("bad.yaml", f"extends: guide\nvalidation: {keys}\n"))

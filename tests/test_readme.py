"""Every command and snippet of the README and the docs is executed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pydantic import TypeAdapter

from mockserver import cli
from mockserver.api.contract import editions
from mockserver.api.contract.edition import Edition, Model, PerPeriod, Tier
from mockserver.api.contract.edition_settings import Bodies, HeaderFields, Keys, Limits, Validation
from mockserver.api.contract.endpoints import ENDPOINTS
from mockserver.api.contract.price import Price
from mockserver.api.contract.problems import problems
from mockserver.faults import FAULTS
from mockserver.scenario import automatic, load, names
from mockserver.scenario.checks import check, kind_of
from pytest_cerebras.report.command import report
from pytest_cerebras.run.command import run
from pytest_cerebras.settings.names import OPTIONS

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "docs/ci.md",
    "docs/command-line.md",
    "docs/control.md",
    "docs/editions.md",
    "docs/faults.md",
    "docs/fidelity.md",
    "docs/first-test.md",
    "docs/go.md",
    "docs/images/README.md",
    "docs/incidents.md",
    "docs/java.md",
    "docs/money.md",
    "docs/mutation.md",
    "docs/node.md",
    "docs/pytest.md",
    "docs/report.md",
    "docs/search.md",
    "docs/run.md",
    "docs/scenarios.md",
    "docs/speed.md",
    "docs/verdicts.md",
)
FOLLOWED = "docs/first-test.md"  # its snippets are files, and test_first_test.py tries them
README = (ROOT / "README.md").read_text("utf-8")


def blocks_of(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)


def blocks(language):
    return [
        pytest.param(page, block, id=f"{page}-{number}")
        for page in PAGES
        if page != FOLLOWED
        for number, block in enumerate(blocks_of(page, language))
    ]


def write_editions(page, folder):
    """Write the editions of a page where its other snippets expect them."""
    for block in blocks_of(page, "yaml"):
        data = yaml.safe_load(block)
        if kind_of(data) == "edition":
            (folder / f"{data['name']}.yaml").write_text(block)


@pytest.mark.parametrize(("page", "block"), blocks("python"))
def test_python(page, block, tmp_path):
    """A Python snippet is a test, and it passes."""
    write_editions(page, tmp_path)
    (tmp_path / "test_snippet.py").write_text(block)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "cerebras"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def is_workflow(block):
    return "jobs" in yaml.safe_load(block)


@pytest.mark.parametrize(
    ("page", "block"), [one for one in blocks("yaml") if not is_workflow(one.values[1])]
)
def test_yaml(page, block, tmp_path):
    """A YAML snippet is a good scenario with rules, or a good edition."""
    write_editions(page, tmp_path)
    (tmp_path / "snippet.yaml").write_text(block)
    (verdict,) = check(str(tmp_path / "snippet.yaml"))
    assert verdict.wrong == ""
    assert ", 0 rules" not in verdict.holds


def test_workflows():
    """Workflows for GitHub are on the page whose test runs what they use."""
    assert {one.values[0] for one in blocks("yaml") if is_workflow(one.values[1])} == {"docs/ci.md"}


def test_runs_of_pytest():
    """Whatever the pages run pytest for is run by a test of the examples or of the pictures."""
    lines = [
        (page, line)
        for page in PAGES
        if page != FOLLOWED
        for line in "".join(blocks_of(page, "bash")).splitlines()
        if line.startswith("python -m pytest ")
    ]
    assert [page for page, _ in lines] == ["README.md", "docs/images/README.md", "docs/report.md"]


def commands():
    for page in PAGES:
        for line in "".join(blocks_of(page, "bash")).splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["cerebras-mock"] and words[1] not in ("run", "report"):
                words = words[: words.index(">")] if ">" in words else words
                yield pytest.param(page, words[1:], id=f"{page}: {' '.join(words)}")


@pytest.mark.parametrize(("page", "arguments"), list(commands()))
def test_command(page, arguments, tmp_path, monkeypatch):
    """
    A command of the command line works; ``serve`` is tried with its options only.

    ``run`` and ``report`` have tests of their own below.
    """
    write_editions(page, tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    if arguments[0] != "init":
        CliRunner().invoke(cli.main, ["init", "my.yaml"])
    if arguments[0] == "serve":
        arguments.append("--help")
    result = CliRunner().invoke(cli.main, arguments)
    assert result.exit_code == 0, result.output


def runs():
    for page in PAGES:
        for line in dict.fromkeys("".join(blocks_of(page, "bash")).splitlines()):
            words = shlex.split(line, comments=True)
            if words[:2] == ["cerebras-mock", "run"]:
                yield pytest.param(words[2 : words.index("--")], id=f"{page}: {line}")


@pytest.mark.parametrize("options", list(runs()))
def test_run(options):
    """The options of each command that runs an app are known; tests/clients runs the apps."""
    assert run.make_context("run", [*options, "--", "true"]).params["command"] == ("true",)


def merges():
    for page in PAGES:
        for line in "".join([*blocks_of(page, "bash"), *blocks_of(page, "text")]).splitlines():
            words = shlex.split(line, comments=True) if "report merge" in line else []
            if words[:3] == ["cerebras-mock", "report", "merge"]:
                yield pytest.param(words[3:], id=f"{page}: {line}")


@pytest.mark.parametrize("arguments", list(merges()))
def test_report_merge(arguments):
    """The options that join reports are known; its own tests join some."""
    merge = report.commands["merge"]
    assert merge.make_context("merge", list(arguments)).params["reports"]


def test_shown_output(tmp_path, monkeypatch):
    """What the page on the command line shows is what is printed."""
    monkeypatch.chdir(tmp_path)
    blocks = blocks_of("docs/command-line.md", "text")
    shown = next(block for block in blocks if block.startswith("$ "))
    command, _, output = shown.partition("\n")
    runner = CliRunner(env={"COLUMNS": "80"})
    runner.invoke(cli.main, ["init", "my.yaml"])
    assert runner.invoke(cli.main, shlex.split(command)[2:]).output == output


FAILING = """
def test_it(cerebras_client):
    messages = [{"role": "user", "content": "ping"}]
    cerebras_client.chat.completions.create(model="gpt-4o", messages=messages)
"""


def test_shown_failure(pytester):
    """What the README shows of a failed test is what is printed; it leaves out some models."""
    pytester.makepyfile(FAILING)
    options = ("-p", "no:asyncio", "-p", "no:cacheprovider")
    printed = pytester.runpytest_inprocess(*options).stdout.str()
    (shown,) = blocks_of("README.md", "text")
    varying = r"\.\.\.|(?<=127\.0\.0\.1:)\d+"
    assert re.search(".*".join(map(re.escape, re.split(varying, shown))), printed)


def test_two_commands_set_up_everything():
    """The README has two commands that install: CI runs exactly these."""
    installs = [line for line in README.splitlines() if line.startswith("python -m pip")]
    assert installs == [
        'python -m pip install -e ".[example]" && python -m pytest --cerebras-mock examples',
        'python -m pip install -e ".[test]" && python -m pytest -n auto',
    ]


def test_tables_are_complete():
    """The README counts the shipped scenarios, the docs name each problem, fault and endpoint."""
    assert f"[{len(names())} scenarios](docs/incidents.md)" in README
    for page, listed in {
        "scenarios": (*FAULTS, *ENDPOINTS),
        "faults": (*problems(), *FAULTS),
    }.items():
        text = (ROOT / f"docs/{page}.md").read_text("utf-8")
        assert [name for name in listed if f"`{name}`" not in text] == [], page


def row_of(name):
    """Return the line that the docs have of a shipped scenario."""
    found = load(name)
    known = automatic(name)
    parameters = ", ".join(
        f"`{key}: {value}`{' (auto)' * (key in known)}" for key, value in found.parameters.items()
    )
    source = f"[source]({found.source})" if found.source else ""
    return f"| `{name}` | {found.description} | {found.expect} | {parameters} | {source} |"


def test_incidents_are_complete():
    """The docs have a line for each shipped scenario, in order, which says what its file says."""
    lines = (ROOT / "docs/incidents.md").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `")] == [row_of(name) for name in names()]


def test_prices_are_complete():
    """The docs have a row for each model, with its price, and when and where that was seen."""
    text = (ROOT / "docs/money.md").read_text("utf-8")
    for name, model in editions.load("guide").models.items():
        price = model.price
        row = f"| `{name}` | unknown |"
        if price is not None:
            seen = f"{price.date} | " if price.date else "| "
            row = f"| `{name}` | {price.prompt:g} | {price.completion:g} | {seen}{price.source} |"
        assert row in text


def section_of(name):
    """Return the section on the keys of a part of an edition."""
    text = (ROOT / "docs/editions.md").read_text("utf-8")
    return text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def default_of(field):
    if field.default is not MISSING:
        return list(field.default) if isinstance(field.default, tuple) else field.default
    if field.default_factory is MISSING:
        return "required"
    return "its own" if is_dataclass(field.default_factory) else field.default_factory()


@pytest.mark.parametrize(
    ("section", "part"),
    [
        ("The file", Edition),
        ("models", Model),
        ("price", Price),
        ("tiers", Tier),
        ("amounts", PerPeriod),
        ("keys", Keys),
        ("bodies", Bodies),
        ("headers", HeaderFields),
        ("validation", Validation),
        ("limits", Limits),
    ],
)
def test_keys_of_editions(section, part):
    """Each key has a row with its default, and whatever is enumerated is named."""
    text = section_of(section)
    found = re.findall(r"^\| `(\w+)` \|.*\| (.+?) \|$", text, re.MULTILINE)
    told = {key: yaml.safe_load(default.strip("`")) for key, default in found}
    assert told == {field.name: default_of(field) for field in fields(part)}
    known = TypeAdapter(part).json_schema()
    enumerated = re.findall(r"'enum': \[(.*?)\]", str({**known, "$defs": {}}))
    values = {value for one in enumerated for value in re.findall(r"'([\w-]+)'", one)}
    shipped = set(editions.names())
    assert [one for one in values - shipped if not re.search(rf"\b{one}\b", text)] == []


def anchors_of(path):
    """Return what a link may have behind ``#``: the headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links(page):
    """Each relative link leads to a file, and to a heading of it."""
    path = ROOT / page
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text("utf-8")):
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_options_are_complete(pytester):
    """The docs have a row for each option, with its variable, ini key and key of the marker."""
    text = (ROOT / "docs/pytest.md").read_text("utf-8")
    for name, *_ in OPTIONS:
        row = f"| `--cerebras-{name.replace('_', '-')}` | `CEREBRAS_MOCK_{name.upper()}` "
        assert f"{row}| `cerebras_{name}` | `{name}=` |" in text
    told = pytester.runpytest_inprocess("--help", "-p", "no:asyncio").stdout.str()
    flags = re.findall(r"^ +(--cerebras-[\w-]+)", told, re.MULTILINE)
    assert len(flags) > len(OPTIONS)
    assert [flag for flag in flags if not re.search(rf"^\| `{flag}[ `]", text, re.MULTILINE)] == []


def test_rates_of_the_comparison():
    """The README compares the rates that the page on speed has."""
    speed = (ROOT / "docs/speed.md").read_text("utf-8")
    table = speed.partition("| answers a second |")[2].partition("\n\n")[0]
    rates = dict(re.findall(r"^\| ([\w-]+) \| ([\d,]+) \|", table, re.MULTILINE))
    (row,) = re.findall(r"^\| chats a second.*$", README, re.MULTILINE)
    shown = re.findall(r"[\d,]{5,}", row)
    assert shown == [rates[one] for one in ("ours", "aimock")]

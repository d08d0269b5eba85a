"""What commands share: options, and one sentence for what is wrong."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("explain", "nope"),
            "Error: no scenario is called 'nope'; allowed are all-models-limited",
        ),
        (
            ("explain", "/etc/passwd"),
            (
                "Error: no scenario is called '/etc/passwd'; the path of a file should end in "
                ".yaml or .yml\n"
            ),
        ),
        (("serve", "--scenario", "nosuch/"), "'nosuch/'; the path of a file should end in .yaml"),
        (("serve", "--scenario", "README.md"), "the path of a file should end in .yaml or .yml"),
        (("explain", "healthy", "--edition", "ours.json"), "the path of a file should end in "),
        (("explain", "nope.yaml"), "Error: nope.yaml: there is no such file"),
        (("explain", "healthy", "--interval", "5"), "duration with its unit"),
        (("explain", "healthy", "--requests", "0"), "--requests"),
        (("explain", "healthy", "--edition", "gide"), "did you mean 'guide'?"),
        (("explain", "healthy", "--tier", "gold"), "no tier of edition guide is called 'gold'"),
        (("explain", "healthy", "--seed", "x"), "--seed"),
        (("schema", "rule"), "rule"),
        (("serve", "--scenario", "helthy"), "did you mean 'healthy'?"),
        (("serve", "--edition", "2025"), "no edition is called '2025'"),
        (("serve", "--tier", "gold"), "no tier of edition guide is called 'gold'"),
        (("serve", "--port", "99999"), "--port"),
        (("serve", "--seed", "x"), "--seed"),
        (("serve", "--tls-cert", "x"), "--tls-cert and --tls-key should be given together"),
        (("serve", "--tls-cert", "no", "--tls-key", "no"), "Error: no: there is no such file"),
        (
            ("serve", "--tls-cert", "README.md", "--tls-key", "README.md"),
            "Error: README.md: is not a certificate in PEM for the key in README.md",
        ),
        (
            ("serve", "--journal-body", "64"),
            "should be a size with its unit, such as 512B, 16KiB or 1MiB, found '64'",
        ),
        (("serve", "--journal", "0"), "--journal"),
        (("check",), "FILE|FOLDER..."),
        (("explain", "healthy", "--set", "x"), "should be NAME=VALUE, found 'x'"),
        (
            ("explain", "stream-cut", "--set", "a=1", "--set", "b=1", "--set", "a=1"),
            "'a' is given twice",
        ),
        (("serve", "--set", "x=1"), "no parameter of healthy.yaml is called 'x'; there are none"),
        (("serve", "--set", "x=[1"), "Error: --set x:2:1: not YAML: "),
        (
            ("explain", "stream-cut", "--set", "times=0"),
            (
                "stream-cut.yaml:13:23: rules[0].schedule.first: should be greater than or equal "
                "to 1, found 0 (from the parameter 'times')"
            ),
        ),
    ],
)
def test_wrong_input(run, arguments, sentence):
    """Wrong input is one sentence and status 2; click says what it finds by itself, by name."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        *(("serve", f"--{name}", "") for name in ("scenario", "host", "edition", "tier", "state")),
        *(("serve", f"--{name}", "") for name in ("admin-token", "tls-cert", "tls-key")),
        *(("explain", "healthy", f"--{name}", "") for name in ("edition", "tier", "model")),
        ("explain", ""),
        ("check", ""),
        ("check", "scenarios", ""),
        ("doctor", ""),
        ("doctor", "--edition", ""),
    ],
    ids=" ".join,
)
def test_empty(run, arguments):
    """An empty value, as of a variable that is not set, is refused, and is no folder."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert "should not be empty" in result.output


def test_empty_variables(run, monkeypatch):
    """An empty environment variable is one that is not set."""
    monkeypatch.setenv("CEREBRAS_MOCK_ADMIN_TOKEN", "")
    monkeypatch.setenv("CEREBRAS_MOCK_STATE", "")
    assert "no scenario is called 'x'" in run("serve", "--scenario", "x").output


def test_set(run, tmp_path):
    """Parameters are set as they would stand in YAML."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nparameters: {n: 1, word: a}\ndescription: ${word}\n"
        "rules: [{schedule: {first: '${n}'}, faults: [error: {status: 503}]}]\n"
    )
    result = run("explain", str(path), "--set", "n=2", "--set", "word=b=c", "--requests", "3")
    assert result.exit_code == 0
    assert result.output.startswith("mine: b=c\n")
    assert result.output.count("-> 503") == 2

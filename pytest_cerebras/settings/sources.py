"""
Reads settings from the command line, the environment and the ini file.

Every pytest run in an environment with this package imports this module. To keep that cheap, it
imports only pytest.
"""

from __future__ import annotations

from os import environ

import pytest

from .names import FLAGS, STRICT, SWITCHES


def given(config: pytest.Config, name: str) -> tuple[object, object, object]:
    """Return the values of a setting in option, environment and ini file; None where not set."""
    variable = environ.get(f"CEREBRAS_MOCK_{name.upper()}")
    return _option(config, name), variable or None, config.getini(f"cerebras_{name}") or None


def shard_asked(config: pytest.Config) -> tuple[int, str] | None:
    """
    Return the rank of the source that sets the shard, and the text of the setting.

    An empty option counts as set. Otherwise each machine would run all tests if a variable of CI
    was empty.
    """
    if config.getoption("cerebras_shard") == "":
        return 1, ""
    found = enumerate(given(config, "shard"), 1)
    return next(((rank, str(text)) for rank, text in found if text is not None), None)


def switched_on(config: pytest.Config, switch: str) -> bool:
    """Return whether option, environment or ini file turns a switch on. Raises UsageError."""
    variable = {name: variable for name, variable, _ in SWITCHES}[switch]
    if _option(config, switch):
        return True
    flag = environ.get(variable, "").lower()
    if not flag:
        try:
            return bool(config.getini(f"cerebras_{switch}"))
        except (ValueError, pytest.UsageError) as error:
            raise pytest.UsageError(f"cerebras_{switch}: {error}") from None
    if flag not in FLAGS:
        allowed = ", ".join(FLAGS)
        raise pytest.UsageError(f"{variable} should be one of {allowed}, found {flag!r}")
    return FLAGS[flag]


def strictness(config: pytest.Config) -> str | None:
    """
    Return which verdicts fail a test: ``certain``, ``all``, or None for no verdicts.

    Raises UsageError.
    """
    option = _option(config, "strict")
    if option is not None:
        return str(option)
    variable = environ.get("CEREBRAS_MOCK_STRICT")
    if variable:
        return _strictness(variable, "CEREBRAS_MOCK_STRICT")
    return _strictness(_ini(config, "cerebras_strict"), "cerebras_strict")


def _strictness(value: object, where: str) -> str | None:
    word = str(value).lower()
    if word in STRICT:
        return word
    if word not in FLAGS:
        allowed = ", ".join([*FLAGS, *STRICT])
        raise pytest.UsageError(f"{where} should be one of {allowed}, found {value!r}")
    return STRICT[0] if FLAGS[word] else None


def _ini(config: pytest.Config, key: str) -> object:
    """Return a value of the ini file, even if it is a TOML boolean and pytest wants a string."""
    try:
        return config.getini(key) or "false"
    except (TypeError, pytest.UsageError):
        import tomllib

        assert config.inipath is not None  # noqa: S101 (getini has read it)
        table = tomllib.loads(config.inipath.read_text("utf-8"))
        return table.get("tool", table)["pytest"][key]


def _option(config: pytest.Config, name: str) -> object:
    """Return the value of an option, even before pytest has parsed all options."""
    read = (config.option, config.known_args_namespace)
    return next(filter(None, (getattr(each, f"cerebras_{name}", None) for each in read)), None)

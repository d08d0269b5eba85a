"""
Where a setting comes from: command line, environment, or ini file.

Every pytest run in an environment with this package imports this module, so it imports only pytest.
"""

from __future__ import annotations

from os import environ

import pytest

from .names import FLAGS, SWITCHES


def given(config: pytest.Config, name: str) -> tuple[object, object, object]:
    """Return what option, environment and ini file say of a setting, None for nothing."""
    variable = environ.get(f"CEREBRAS_MOCK_{name.upper()}")
    return _option(config, name), variable or None, config.getini(f"cerebras_{name}") or None


def switched_on(config: pytest.Config, switch: str) -> bool:
    """Return what option, environment and ini file say of a switch. Raises UsageError."""
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


def _option(config: pytest.Config, name: str) -> object:
    """Return the value of an option, also while pytest has not read all of them."""
    read = (config.option, config.known_args_namespace)
    return next(filter(None, (getattr(each, f"cerebras_{name}", None) for each in read)), None)

"""An honest app with eight users at once is accused of nothing, whatever goes wrong."""

from __future__ import annotations

import importlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mockserver.scenario import names

ASSISTANT = Path(__file__).parents[2] / "examples" / "assistant"
USERS = 8

sdk = pytest.importorskip("cerebras.cloud.sdk")


@pytest.fixture(scope="module")
def example():
    """Return the modules of the example app."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ASSISTANT))
        before = set(sys.modules)
        yield importlib.import_module("assistant")
        for name in set(sys.modules) - before:
            if Path(getattr(sys.modules[name], "__file__", None) or "/").parent == ASSISTANT:
                del sys.modules[name]


def talk(example, client, user):
    """Ask two questions, and give up with the app's own error where there is no answer."""
    assistant = example.Assistant(client)
    try:
        assistant.ask(f"User {user}: why is the sky blue?")
        list(assistant.stream(f"User {user}: and the sea?"))
    except example.AssistantError:
        return


@pytest.mark.parametrize("mode", ["server", "respx"])
@pytest.mark.parametrize("scenario", names())
def test_no_certain_verdict(request, example, scenario, mode):
    """Eight conversations side by side, each with pauses of its own."""
    marker = pytest.mark.cerebras_mock(scenario, mode=mode, clock="virtual")
    request.node.add_marker(marker)
    mock = request.getfixturevalue("cerebras_mock")
    client = sdk.Cerebras(timeout=30, warm_tcp_connection=False)
    with client, ThreadPoolExecutor(USERS) as pool:
        list(pool.map(lambda user: talk(example, client, user), range(USERS)))
    assert [one.rule for one in mock.verdicts if one.certainty == "certain"] == []

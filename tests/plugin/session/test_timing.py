"""The time that a test lives in, as the mock shows it."""

from __future__ import annotations

import time

import pytest

MESSAGES = [{"role": "user", "content": "ping"}]


@pytest.mark.cerebras_mock("rate-limit", clock="virtual")
def test_virtual(cerebras_mock, cerebras_client):
    """A wait is recorded, the mock has lived through it, and nobody has waited."""
    begun = time.perf_counter()
    client = cerebras_client.with_options(max_retries=5)
    client.chat.completions.create(model="gpt-oss-120b", messages=MESSAGES)
    assert cerebras_mock.waits == [2.0]
    assert [slept.via for slept in cerebras_mock.sleeps] == ["time.sleep"]
    cerebras_mock.assert_waited(at_least=2)
    cerebras_mock.advance(60)
    assert cerebras_mock.live.clock.elapsed > 60
    assert time.perf_counter() - begun < 30


@pytest.mark.cerebras_mock("rate-limit", clock="virtual", mode="respx")
def test_virtual_in_process(cerebras_mock, cerebras_client):
    """In process too, where the mock's own waits are not the app's."""
    client = cerebras_client.with_options(max_retries=5)
    client.chat.completions.create(model="gpt-oss-120b", messages=MESSAGES)
    assert cerebras_mock.waits == [2.0]


@pytest.mark.cerebras_mock("rate-limit", time_scale=0.01)
def test_scaled(cerebras_mock, cerebras_client):
    """Two seconds are announced as a fiftieth, and reported as two."""
    client = cerebras_client.with_options(max_retries=5)
    client.chat.completions.create(model="gpt-oss-120b", messages=MESSAGES)
    assert cerebras_mock.requests[0].retry_after == 2
    cerebras_mock.assert_waited(at_least=2)


APP = """
from time import monotonic
from cerebras.cloud.sdk import Cerebras

begun = monotonic()
with Cerebras(max_retries=1, warm_tcp_connection=False) as client:
    client.models.list()
print(monotonic() - begun)
"""
OUTSIDE = """
import os, subprocess, sys
from mockserver.scenario import parse

BUSY = parse(
    "{version: 1, name: busy, rules: [{schedule: {at: [1]}, faults: "
    "[{error: {problem: requests_per_minute, retry_after: 30s}}]}]}"
)

def test_outside(cerebras_mock):
    cerebras_mock.play(BUSY)
    app = [sys.executable, "app.py"]
    env = os.environ | cerebras_mock.env()
    seconds = float(subprocess.run(app, env=env, check=True, stdout=subprocess.PIPE).stdout)
    assert 0.3 <= seconds < 15
    refused, answered = cerebras_mock.requests
    assert refused.retry_after == 30
    assert answered.at - refused.at >= 30
    assert cerebras_mock.calls[0].waits[0] >= 30
    cerebras_mock.assert_waited(at_least=30)
    cerebras_mock.assert_retry_after_respected()
    assert not cerebras_mock.verdicts
"""


def test_scaled_outside(run, pytester):
    """An app in a process of its own waits 0.3 s when told to wait for 30, and 30 are reported."""
    pytester.makepyfile(app=APP)
    run(OUTSIDE, "--cerebras-time-scale", "0.01").assert_outcomes(passed=1)


ENDLESS = """
import time
import pytest

@pytest.mark.cerebras_mock(clock="virtual", max_virtual=30)
def test_endless(cerebras_mock):
    for _ in range(100):
        time.sleep(1)
"""


def test_endless(run):
    """A test that sleeps on and on ends where its marker says."""
    result = run(ENDLESS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*virtual time ran 3? s ahead, more than --cerebras-max-virtual 30:*"]
    )


@pytest.mark.parametrize("wrong", ["0", "-1", "soon", "1" + "0" * 30])
def test_wrong_max_virtual(run, wrong):
    """How far it may run is checked before the first test."""
    result = run(ENDLESS, "--cerebras-mock", "--cerebras-max-virtual", wrong)
    kind = "whole number of seconds from 1 to 3153600000"
    expected = f"*--cerebras-max-virtual should be a {kind}, found '{wrong}'"
    result.stderr.fnmatch_lines([expected])


@pytest.mark.parametrize("what", ["waits", "sleeps", "advance"])
def test_real(cerebras_mock, what):
    """What only the virtual clock knows is said to need it."""
    with pytest.raises(RuntimeError, match="--cerebras-clock virtual"):
        getattr(cerebras_mock, what)(1)

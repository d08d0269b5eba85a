"""The status page as an app reads it, in each mode and on both clocks."""

from __future__ import annotations

import re
import time

import httpx
import pytest
import requests
from cerebras.cloud.sdk import Cerebras, DefaultHttpxClient, InternalServerError

from mockserver.scenario import parse

OUTAGE = """
name: outage
rules:
  - match: {endpoint: chat}
    schedule: {window: {after: 10s, for: 30s}}
    faults: [error: {problem: service_unavailable}]
"""
REAL = "https://status.cerebras.ai"


def in_modes(*names):
    """Run a test in each of these modes."""
    marked = [pytest.param(name, marks=pytest.mark.cerebras_mock(mode=name)) for name in names]
    return pytest.mark.parametrize("mode", marked)


in_each_mode = in_modes("server", "respx", "redirect")


def indicator(url):
    return httpx.get(f"{url}/api/v2/status.json").json()["status"]["indicator"]


@in_each_mode
@pytest.mark.cerebras_mock(clock="virtual")
def test_virtual_clock(cerebras_mock, mode):
    """An outage shows when the app's own sleeps have brought its begin, and until its end."""
    cerebras_mock.play(parse(OUTAGE))
    seen = []
    for until in (5.0, 10.0, 30.0, 40.0):
        time.sleep(until - cerebras_mock.live.elapsed)  # noqa: TID251 (as an app does)
        seen.append(indicator(cerebras_mock.status_url))
    assert seen == ["none", "critical", "critical", "none"], mode
    assert cerebras_mock.journal.count == 0
    assert cerebras_mock.verdicts == ()


@in_each_mode
@pytest.mark.cerebras_mock(clock="real")
def test_real_clock(cerebras_mock, mode):
    """So it does in real time, of which most is skipped."""
    cerebras_mock.play(parse(OUTAGE))
    seen = [indicator(cerebras_mock.status_url)]
    for until in (10.0, 40.0):
        cerebras_mock.live.advance(until - cerebras_mock.live.elapsed)
        seen.append(indicator(cerebras_mock.status_url))
    assert seen == ["none", "critical", "none"], mode
    assert cerebras_mock.journal.count == 0


@in_modes("respx", "redirect")
def test_real_host(cerebras_mock, mode):
    """An app with the real page's host written into it is answered."""
    cerebras_mock.play("one-model-down")
    assert indicator(REAL) == "major"
    assert httpx.get(f"{REAL}/").status_code == 200
    if mode == "redirect":
        summary = requests.get(f"{REAL}/api/v2/summary.json", timeout=10).json()
        assert len(summary["incidents"]) == 1
    assert (cerebras_mock.journal.count, cerebras_mock.escapes) == (0, [])


def test_real_host_in_server_mode(cerebras_mock):
    """Without a redirect it is as real as the API is, and stopped."""
    with pytest.raises(Exception, match=r"status\.cerebras\.ai"):
        httpx.get(f"{REAL}/api/v2/status.json")
    cerebras_mock.interventions.update(dict.fromkeys(cerebras_mock.new_interventions()))
    assert [one.rule for one in cerebras_mock.verdicts] == ["key-sent-elsewhere"]


@pytest.mark.cerebras_mock(mode="respx")
def test_shut_port(cerebras_mock):
    """In respx mode the page has a host of its own, which a shut port of the API does not shut."""
    cerebras_mock.play(parse("{name: x, port: {refuses: {for: 60s}}}"))
    assert indicator(cerebras_mock.status_url) == "critical"


@pytest.mark.cerebras_mock("status-page-lags", clock="virtual", edition="2026-11")
def test_a_look_for_each_failure(cerebras_mock, cerebras_client):
    """An app that looks once behind each failure is told nothing, though the page is wrong."""
    client = cerebras_client.with_options(max_retries=0)
    said, pause = [], 1.0
    while True:
        try:
            client.chat.completions.create(
                model="gpt-oss-120b", messages=[{"role": "user", "content": "Why?"}]
            )
            break
        except InternalServerError:
            said.append(indicator(cerebras_mock.status_url))
            time.sleep(pause)  # noqa: TID251 (as an app does)
            pause *= 2
    assert said == ["none"] * 5
    assert cerebras_mock.verdicts == ()


@pytest.mark.cerebras_mock("outage-503", clock="virtual")
def test_polled(cerebras_mock):
    """One that waits for the page in a loop is advised not to, with the line."""
    while indicator(cerebras_mock.status_url) != "none":
        time.sleep(0.5)  # noqa: TID251 (as an app does)
    (found,) = cerebras_mock.verdicts
    assert (found.rule, found.certainty) == ("status-page-polled", "advice")
    assert re.search(r"^\d\d requests for the status page within \d+\.\d s, from ", found.sentence)
    assert found.site[0].endswith("test_status_page.py")


def test_with_an_sdk_on_the_same_port(cerebras_mock):
    """The page is beside the API: the SDK is answered as ever."""
    with Cerebras(http_client=DefaultHttpxClient()) as client:
        assert httpx.head(cerebras_mock.status_url).status_code == 200
        assert client.models.list().data
        assert httpx.get(cerebras_mock.status_url).text.startswith("<!DOCTYPE html>")
    cerebras_mock.assert_requests(1)

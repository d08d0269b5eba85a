"""
A worker whose request has failed asks the status page again and again; fixed, it asks it once.

A page that is polled each second, by each worker, gets more requests than the API in an outage.
"""

from __future__ import annotations

import time
from http import HTTPStatus

import httpx

from tests.corpus.apps.chat import TRUST, post
from tests.corpus.pair import Mock, Pair

PAIR = Pair(
    source="https://github.com/Automattic/kue/issues/112",
    scenario="status-page-lags",
    rule="status-page-polled",
    parameters={"lasting": "300s", "lag": "0s"},  # this page is in time
)
PAUSE = 0.1  # seconds
MOST = 40


def is_well(client: httpx.Client, mock: Mock) -> bool:
    page = client.get(f"{mock.status_url}/api/v2/status.json").json()
    return page["status"]["indicator"] == "none"


def guilty(mock: Mock) -> object:
    with httpx.Client(verify=TRUST) as client:
        answer = post(mock)
        for _ in range(MOST):
            if is_well(client, mock):
                return post(mock).json()
            time.sleep(PAUSE)
    return f"{answer.status_code}, and the status page says why"


def fixed(mock: Mock) -> object:
    pause, told = PAUSE, False
    with httpx.Client(verify=TRUST) as client:
        while (answer := post(mock)).status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            if pause > 10:
                break
            told = told or not is_well(client, mock)
            time.sleep(pause)
            pause *= 2
    return f"{answer.status_code}, {'an outage is known' if told else 'nothing is known'}"

"""What the doctor finds in a piece of code."""

from textwrap import dedent

import pytest

from mockserver.api.contract import editions
from mockserver.doctor.python_source import findings

IMPORTS = """\
import asyncio, logging, os, time
import backoff, httpx, requests, stamina, tenacity
from cerebras.cloud.sdk import AsyncCerebras, Cerebras
from langchain_cerebras import ChatCerebras
from openai import AsyncOpenAI, OpenAI, RateLimitError
"""
NEWEST = editions.load("2026-11")


@pytest.fixture
def found():
    """Return the names of what is found in code, whose imports are those above."""

    def look(code, edition=NEWEST):
        text = IMPORTS + dedent(code)
        return [one.rule for one in findings(text, "app.py", edition)]

    return look

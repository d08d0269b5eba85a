"""Runs the command as a user does."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

APP = """
import json, os, sys, urllib.request

body = {{"model": "gpt-oss-120b", "messages": [{{"role": "user", "content": "hi"}}]}}
request = urllib.request.Request(
    "https://api.cerebras.ai/v1/chat/completions",
    json.dumps(body).encode(),
    {{"content-type": "application/json", "authorization": "Bearer " + {key}}},
)
try:
    print(urllib.request.urlopen(request).status)
except urllib.error.HTTPError as error:
    print(error.code)
"""
ITS_KEY = 'os.environ["CEREBRAS_API_KEY"]'


@pytest.fixture
def app(tmp_path):
    """Return a function that writes an app with the real host in it, and returns its command."""

    def write(key=ITS_KEY, code=APP):
        file = tmp_path / "app.py"
        file.write_text(code.format(key=key), "utf-8")
        return sys.executable, str(file)

    return write


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the command with some arguments."""

    def do(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "pytest_cerebras.run", *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return do

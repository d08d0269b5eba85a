"""The table of libraries."""

import importlib.util

import pytest

from mockserver.doctor.python.libraries import LIBRARIES, library


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("cerebras.cloud.sdk.AsyncCerebras", True),
        ("openai.OpenAI", False),
        ("llama_index.llms.cerebras.Cerebras", True),
        ("pydantic_ai.providers.cerebras.CerebrasProvider", True),
    ],
)
def test_library(name, own):
    """A class is known by its package and name, wherever in the package it is imported from."""
    assert library(name).own is own


@pytest.mark.parametrize(
    "name", ["", "OpenAI", "llama_index.llms.openai.OpenAI", "mine.Cerebras", "..Cerebras"]
)
def test_unknown_library(name):
    """A name that somebody else uses too."""
    assert library(name) is None


def test_defaults_of_the_sdks():
    """What is said of the SDKs' waits and retries is what they do."""
    for package, waits in (("cerebras.cloud.sdk", 60), ("openai", 600)):
        if importlib.util.find_spec(package.partition(".")[0]):
            constants = importlib.import_module(f"{package}._constants")
            assert constants.DEFAULT_TIMEOUT.read == waits
            assert constants.DEFAULT_MAX_RETRIES == 2
    assert "600 s" in LIBRARIES["openai", "OpenAI"].waits
    assert LIBRARIES["cerebras", "Cerebras"].waits == ""

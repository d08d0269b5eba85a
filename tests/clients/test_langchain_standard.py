"""
The standard suite that langchain has for chat models, over langchain-cerebras.

What the properties switch off does not apply to the API: it takes no documents and no sound, and
the model sees no images.
"""

from __future__ import annotations

import os
from importlib import import_module

import pytest

if os.environ.get("REQUIRE_LANGCHAIN_TESTS"):
    import_module("langchain_tests")
else:
    pytest.importorskip("langchain_tests")

from langchain_cerebras import ChatCerebras
from langchain_tests.integration_tests import ChatModelIntegrationTests


@pytest.fixture(autouse=True)
def served(cerebras_mock):
    """Let the mock answer, and look at what it refused afterwards."""
    yield
    cerebras_mock.assert_no_errors()


class TestCerebras(ChatModelIntegrationTests):
    """All tests that apply are langchain's."""

    @property
    def chat_model_class(self):
        return ChatCerebras

    @property
    def chat_model_params(self):
        return {"model": "gpt-oss-120b", "max_retries": 0}

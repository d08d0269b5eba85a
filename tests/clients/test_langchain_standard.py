"""
The standard suite that langchain has for chat models, over langchain-cerebras.

It skips what the properties do not switch on: documents, sound and images, which the model does not
take, JSON mode in a stream, and recordings.
"""

from __future__ import annotations

import gc
import os
import warnings
from importlib import import_module

import pytest

if os.environ.get("REQUIRE_LANGCHAIN_TESTS"):
    import_module("langchain_tests")
else:
    pytest.importorskip("langchain_tests")

from httpx2 import AsyncClient
from langchain_cerebras import ChatCerebras
from langchain_tests.integration_tests import ChatModelIntegrationTests

pytestmark = [
    pytest.mark.anyio,  # langchain's own async tests have no mark
    # nor do they close their connections
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True, scope="module")
def collected():
    """Collect what langchain leaves open while nobody minds."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(3):
            gc.collect()


@pytest.fixture(autouse=True)
def served(cerebras_mock):
    """Let the mock answer, and look at what it refused afterwards."""
    yield
    cerebras_mock.assert_no_errors()


class TestCerebras(ChatModelIntegrationTests):
    """All of langchain's tests that apply; the four that rest on arguments are among them."""

    chat_model_class = ChatCerebras
    model_override_value = "qwen-3.8-27b"
    has_tool_calling = True
    has_tool_choice = True
    has_structured_output = True
    supports_json_mode = False  # the API refuses json_object in a stream, the test's second half
    supports_image_inputs = False  # the model is blind; others of the API are not

    @property
    def chat_model_params(self):
        """The client that langchain keeps for all models would stay on the first test's loop."""
        return {"model": "gpt-oss-120b", "max_retries": 0, "http_async_client": AsyncClient()}

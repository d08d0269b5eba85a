"""Whose API a host is."""

from __future__ import annotations

import pytest

from mockserver.verdicts.mistakes.vendors import OURS, ROUTERS, vendor_of, vendor_of_path


@pytest.mark.parametrize(
    ("host", "vendor"),
    [
        ("api.openai.com", "OpenAI"),
        ("API.Mistral.AI.", "Mistral"),
        ("my-resource.openai.azure.com", "Azure OpenAI"),
        (OURS, ""),
        ("127.0.0.1", ""),
        ("", ""),
        # of the same owners, but no API of a model
        ("huggingface.co", ""),
        ("openaipublic.blob.core.windows.net", ""),
        ("storage.googleapis.com", ""),
        ("api.openai.com.example.org", ""),
    ],
)
def test_vendor(host, vendor):
    """Only the host of an API is known by its vendor."""
    assert vendor_of(host) == vendor


def test_routers():
    """The routers are vendors, too."""
    assert all(map(vendor_of, ROUTERS))


@pytest.mark.parametrize(
    ("path", "vendor"),
    [("/openai/deployments/x/chat/completions", "Azure OpenAI"), ("/openai", ""), ("/v1", "")],
)
def test_path(path, vendor):
    """A path is another vendor's only if its base URL begins like that."""
    assert vendor_of_path(path) == vendor

"""pydantic-ai, by name and by provider."""

import os

from pydantic_ai import Agent
from pydantic_ai.models.cerebras import CerebrasModel
from pydantic_ai.providers.cerebras import CerebrasProvider

by_name = Agent("cerebras:gpt-oss-120b", instructions="Be brief.")


def by_provider(http_client=None):
    provider = CerebrasProvider(api_key=os.environ["CEREBRAS_API_KEY"], http_client=http_client)
    return Agent(CerebrasModel("gpt-oss-120b", provider=provider))


def of_another_vendor():
    return Agent("openai:gpt-4o")

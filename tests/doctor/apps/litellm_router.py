"""litellm: the vendor's prefix belongs there."""

import litellm
from crewai import LLM, Agent


def ask(question, model="cerebras/gpt-oss-120b"):
    return litellm.completion(model=model, messages=[{"role": "user", "content": question}])


def ask_again(question):
    return litellm.completion(
        model="cerebras/gpt-oss-120b",
        messages=[{"role": "user", "content": question}],
        num_retries=2,
        timeout=30,
    )


def crew():
    llm = LLM(
        model="cerebras/gpt-oss-120b",
        base_url="https://api.cerebras.ai/v1",
        temperature=0.2,
    )
    return Agent(role="writer", goal="write", backstory="", llm=llm)

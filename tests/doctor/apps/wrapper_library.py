"""
A library: whoever uses it brings the key, the model and the time-out.

    client = Cerebras(api_key="csk-...", base_url="https://api.cerebras.ai/v1/v1")
    client.chat.completions.create(model="llama3.1-8b", max_tokens=400)
"""

from dataclasses import dataclass, field
from typing import Any

from cerebras.cloud.sdk import Cerebras
from tenacity import retry, stop_after_attempt


@dataclass
class Wrapper:
    """Hands on what it is given."""

    api_key: str | None = None
    base_url: str = "https://api.cerebras.ai"
    model: str = "gpt-oss-120b"
    max_retries: int = 2
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def client(self) -> Cerebras:
        return Cerebras(
            api_key=self.api_key,
            base_url=self.base_url,
            max_retries=self.max_retries,
            **self.options,
        )

    @retry(stop=stop_after_attempt(3))
    def complete(self, messages, **kwargs):
        return self.client.chat.completions.create(model=self.model, messages=messages, **kwargs)


def text(client: Cerebras, messages, max_tokens: int = 512) -> str:
    answer = client.chat.completions.create(
        model="gpt-oss-120b", messages=messages, max_tokens=max_tokens
    )
    return answer.choices[0].message.content

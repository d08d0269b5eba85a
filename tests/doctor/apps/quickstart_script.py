"""A script as the first page shows it: it works, and there is nothing to say."""

import os

from cerebras.cloud.sdk import Cerebras

client = Cerebras(api_key=os.environ.get("CEREBRAS_API_KEY"))

answer = client.chat.completions.create(
    messages=[{"role": "user", "content": "Why is fast inference important?"}],
    model="gpt-oss-120b",
)
print(answer.choices[0].message.content)

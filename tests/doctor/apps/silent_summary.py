"""A summary that is empty whenever anything goes wrong."""

from cerebras.cloud.sdk import Cerebras


class Summaries:
    def __init__(self):
        self._client = Cerebras(timeout=None)  # found: no-timeout

    def of(self, text):
        try:
            answer = self._client.chat.completions.create(
                model="gpt-oss-120b", messages=[{"role": "user", "content": text}]
            )
            return answer.choices[0].message.content
        except Exception:
            return ""  # found: error-swallowed

    def tags(self, text):
        try:
            answer = self._client.chat.completions.create(
                model="gpt-oss-120b", messages=[{"role": "user", "content": text}]
            )
            return answer.choices[0].message.content.split(",")
        except Exception as error:
            print("no tags:", error)
            return []

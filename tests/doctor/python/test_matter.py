"""What the rules look at."""

from mockserver.api.contract import editions
from mockserver.doctor.python.matter import Matter
from mockserver.doctor.python.source import Source

CODE = """
from openai import OpenAI
ours = OpenAI(base_url="https://api.cerebras.ai/v1")
theirs = OpenAI()
ours.chat.completions.create(model="a")
theirs.chat.completions.create(model="b")
"""


def test_chats_of_this_api():
    """Only calls that surely go to this API are looked at."""
    matter = Matter(Source.of(CODE), editions.load("2026-11"))
    assert len(matter.clients) == 2
    assert [one.call.lineno for one in matter.chats] == [5]
    assert matter.posts == []

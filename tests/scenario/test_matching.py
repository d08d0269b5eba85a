import pytest
from pydantic import TypeAdapter, ValidationError

from mockserver.scenario.matching import Match, Prompt, Subject

CHAT = Subject("chat", "llama3.1-8b", stream=True, prompt="What is the weather in Kiel?")


@pytest.mark.parametrize(
    ("match", "difference"),
    [
        (Match(), None),
        (Match(endpoint="chat"), None),
        (Match(endpoint="models"), "the endpoint is 'chat', not 'models'"),
        (Match(model="llama3.1-8b"), None),
        (Match(model="llama3.1-*"), None),
        (Match(model="llama3.?-8b"), None),
        (Match(model="*"), None),
        (Match(model="LLAMA*"), "the model is 'llama3.1-8b', not 'LLAMA*'"),
        (Match(model="llama"), "the model is 'llama3.1-8b', not 'llama'"),
        (Match(model=""), "the model is 'llama3.1-8b', not ''"),
        (Match(stream=True), None),
        (Match(stream=False), "stream is true, not false"),
        (Match(prompt=Prompt(contains="weather")), None),
        (Match(prompt=Prompt(contains="Weather")), "the prompt does not contain 'Weather'"),
        (Match(prompt=Prompt(regex=r"in \w+\?$")), None),
        (Match(prompt=Prompt(regex="^weather")), "the prompt does not match '^weather'"),
        (
            Match(prompt=Prompt(contains="weather", regex="Rome")),
            "the prompt does not match 'Rome'",
        ),
        (
            Match(endpoint="chat", model="llama*", stream=True, prompt=Prompt(contains="Kiel")),
            None,
        ),
        (
            Match(endpoint="completions", model="qwen*"),
            "the endpoint is 'chat', not 'completions'",
        ),
    ],
)
def test_difference(match, difference):
    """A match says the first thing that differs, or nothing when the request is its own."""
    assert match.difference(CHAT) == difference


@pytest.mark.parametrize(
    ("match", "matches"),
    [(Match(), False), (Match(model="*"), False), (Match(endpoint="warming"), True)],
)
def test_warming(match, matches):
    """The SDK's warm-up is matched by rules that name it, not by those for everything."""
    assert (match.difference(Subject("warming")) is None) is matches


def test_unknown_endpoint():
    """A rule for everything is also for requests to unknown paths; others are not."""
    assert Match().difference(Subject()) is None
    assert Match(endpoint="chat").difference(Subject()) == "the endpoint is None, not 'chat'"


def test_regex_is_checked_early():
    """A regular expression that does not compile is refused when it is read."""
    adapter = TypeAdapter(Prompt)
    assert adapter.validate_python({"regex": "a+"}) == Prompt(regex="a+")
    with pytest.raises(ValidationError, match="is not a regular expression"):
        adapter.validate_python({"regex": "a("})

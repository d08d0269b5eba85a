import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.model import prompt_cache
from mockserver.api.model.prompt_cache import BLOCK, LIFETIME, PromptCache

ME, OTHER_KEY, OTHER_MODEL = ("k", "m"), ("x", "m"), ("k", "x")
LONG = [("tools", 200), ("system", 100), ("user", 90)]


@pytest.mark.parametrize(
    ("account", "parts", "later", "cached"),
    [
        (ME, LONG, 0, 384),
        (ME, [*LONG, ("more", 500)], 0, 384),
        (ME, LONG[:2], 0, 256),
        (ME, [*LONG[:2], ("another", 90)], 0, 256),
        (ME, [LONG[0], ("another", 100)], 0, 128),
        (ME, [("another", 200), *LONG[1:]], 0, 0),
        (ME, LONG[1:], 0, 0),
        (ME, LONG, LIFETIME, 384),
        (ME, LONG, LIFETIME + 1, 0),
        (OTHER_KEY, LONG, 0, 0),
        (OTHER_MODEL, LONG, 0, 0),
        (ME, [], 0, 0),
    ],
)
def test_read(account, parts, later, cached):
    """What is cached are the blocks of the longest beginning that was seen before."""
    cache = PromptCache()
    assert cache.read(ME, LONG, now=100.0) == 0
    assert cache.read(account, parts, now=100.0 + later) == cached


def test_use_prolongs():
    """Each use keeps a prefix for another lifetime."""
    cache = PromptCache()
    for at in range(5):
        assert bool(cache.read(ME, LONG, now=at * LIFETIME * 0.9)) is (at > 0)


@pytest.mark.parametrize(("tokens", "cached"), [(127, 0), (128, 0), (129, 128), (257, 256)])
def test_last_token(tokens, cached):
    """The last token of a prompt is computed, also when all of it was seen."""
    cache = PromptCache()
    cache.read(ME, [("a", tokens)], now=0.0)
    assert cache.read(ME, [("a", tokens)], now=0.0) == cached


@given(st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 300)), max_size=4)))
def test_blocks(prompts):
    """Whatever is asked: whole blocks, less than the prompt, and nothing without a repetition."""
    cache, seen = PromptCache(), set()
    for prompt in prompts:
        cached = cache.read(ME, prompt, now=0.0)
        assert cached % BLOCK == 0
        assert cached <= sum(cost for _, cost in prompt)
        texts = tuple(text for text, _ in prompt)
        assert not cached or texts[:1] in seen
        seen |= {texts[:at] for at in range(1, len(texts) + 1)}


def test_forgets():
    """What is too old takes no memory."""
    cache = PromptCache()
    for at in range(100):
        cache.read(ME, [(str(at), 200)], now=at * LIFETIME)
    assert len(cache._seen) <= 2


def test_oldest_is_forgotten(monkeypatch):
    """Of very many prompts the one read longest ago is forgotten, before its time."""
    monkeypatch.setattr(prompt_cache, "MOST", 3)
    cache = PromptCache()
    for text in ("first", "second", "first", "third", "fourth"):
        cache.read(ME, [(text, 200)], now=0.0)
    assert len(cache._seen) <= 4
    assert cache.read(ME, [("first", 200)], now=0.0) == 128
    assert cache.read(ME, [("second", 200)], now=0.0) == 0

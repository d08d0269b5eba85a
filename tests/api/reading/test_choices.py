import pytest

from mockserver.api.reading import choices


@pytest.mark.parametrize(
    ("body", "prompts"),
    [
        ({"prompt": "a"}, ["a"]),
        ({"prompt": ["a", "b"]}, ["a", "b"]),
        ({"prompt": ["a", "b"], "n": 2}, ["a", "a", "b", "b"]),
        ({"prompt": [1, 2]}, [[1, 2]]),
        ({"prompt": [[1, 2], [3]], "n": None}, [[1, 2], [3]]),
        ({"prompt": []}, [[]]),
        ({"prompt": "a", "n": 2, "best_of": 5}, ["a", "a"]),
    ],
)
def test_returned(body, prompts):
    """Each prompt has ``n`` choices; a list of numbers is one prompt."""
    assert [one["prompt"] for one in choices.returned(body)] == prompts


@pytest.mark.parametrize(("n", "number"), [({}, 1), ({"n": None}, 1), ({"n": 3}, 3)])
def test_chat(n, number):
    """A chat has ``n`` choices, all of the same request."""
    body = {"messages": [{"role": "user", "content": "hi"}], **n}
    assert choices.returned(body) == [body] * number
    assert choices.discarded(body) == []
    assert choices.count(body) == number


@pytest.mark.parametrize(
    ("body", "prompts"),
    [
        ({"prompt": "a", "n": 2}, []),
        ({"prompt": "a", "best_of": 1}, []),
        ({"prompt": "a", "best_of": 0}, []),
        ({"prompt": "a", "best_of": None}, []),
        ({"prompt": "a", "best_of": 3}, ["a", "a"]),
        ({"prompt": "a", "n": 2, "best_of": 3}, ["a"]),
        ({"prompt": "a", "n": 3, "best_of": 2}, []),
        ({"prompt": ["a", "b"], "best_of": 2}, ["a", "b"]),
    ],
)
def test_discarded(body, prompts):
    """Of ``best_of`` completions of each prompt those beyond ``n`` are made for nothing."""
    assert [one["prompt"] for one in choices.discarded(body)] == prompts
    assert choices.count(body) == len(choices.returned(body)) + len(prompts)


def test_count_makes_nothing():
    """Numbers that nobody could pay for are counted all the same."""
    assert choices.count({"prompt": ["a", "b"], "n": 10**30}) == 2 * 10**30

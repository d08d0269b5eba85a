import pytest

from mockserver.api.contract.edition import Model
from mockserver.api.model.tokens import count_tools
from mockserver.api.reading.prompt import Size, measure, parts

BLIND = Model(8192, 8192, 1000, prompt_base=100, prompt_each=10)
SEEING = Model(8192, 8192, 1000, prompt_base=100, prompt_each=10, vision=True)
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
HELLO = {"role": "user", "content": "Hello world"}
SHOWN = {
    "role": "user",
    "content": [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "data:"}},
        {"type": "image", "image": "data:"},
    ],
}


@pytest.mark.parametrize(
    ("body", "text", "model", "size"),
    [
        ({"messages": [HELLO, HELLO]}, "messages", BLIND, Size((100, 12, 12))),
        ({"messages": [HELLO], "tools": None}, "messages", SEEING, Size((100, 12))),
        (
            {"messages": [HELLO], "tools": TOOLS},
            "messages",
            BLIND,
            Size((100 + count_tools(TOOLS), 12)),
        ),
        ({"messages": [SHOWN, HELLO]}, "messages", SEEING, Size((100, 11 + 560, 12), 560)),
        ({"messages": [SHOWN]}, "messages", BLIND, Size((100, 11))),
        ({"prompt": "Hello world"}, "prompt", BLIND, Size((2,))),
        ({"prompt": ["Hello", "big world"]}, "prompt", BLIND, Size((3,))),
        ({"input": [[1, 2], [3]]}, "input", BLIND, Size((3,))),
    ],
)
def test_measure(body, text, model, size):
    """A prompt costs its template with the tools, a share for each message, texts and images."""
    assert measure(body, text, model) == size
    assert size.tokens == sum(size.parts)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"messages": [HELLO, SHOWN], "tools": TOOLS}, "messages"),
        ({"prompt": [1]}, "prompt"),
        ({"input": "hi"}, "input"),
    ],
)
def test_parts(body, text):
    """Each part has the tokens that were measured, and a text of its own."""
    size = measure(body, text, SEEING)
    found = list(parts(body, text, size))
    assert tuple(cost for _, cost in found) == size.parts
    assert len({text for text, _ in found}) == len(found)

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
    ("body", "model", "size"),
    [
        ({"messages": [HELLO, HELLO]}, BLIND, Size((100, 12, 12))),
        ({"messages": [HELLO], "tools": None}, SEEING, Size((100, 12))),
        ({"messages": [HELLO], "tools": TOOLS}, BLIND, Size((100 + count_tools(TOOLS), 12))),
        ({"messages": [SHOWN, HELLO]}, SEEING, Size((100, 11 + 560, 12), 560)),
        ({"messages": [SHOWN]}, BLIND, Size((100, 11))),
        ({"prompt": "Hello world"}, BLIND, Size((2,))),
        ({"prompt": ["Hello", "big world"]}, BLIND, Size((3,))),
        ({"prompt": [[1, 2], [3]]}, BLIND, Size((3,))),
    ],
)
def test_measure(body, model, size):
    """A prompt costs its template with the tools, a share for each message, texts and images."""
    assert measure(body, model) == size
    assert size.tokens == sum(size.parts)


@pytest.mark.parametrize("body", [{"messages": [HELLO, SHOWN], "tools": TOOLS}, {"prompt": [1]}])
def test_parts(body):
    """Each part has the tokens that were measured, and a text of its own."""
    size = measure(body, SEEING)
    found = list(parts(body, size))
    assert tuple(cost for _, cost in found) == size.parts
    assert len({text for text, _ in found}) == len(found)

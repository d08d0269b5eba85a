"""Calls that wait too long, and waits that stop others."""

import pytest

URL = 'os.getenv("URL", "https://api.cerebras.ai/v1")'
ASKS = "client.chat.completions.create(model=m, messages=[])"
POST = 'requests.post("https://api.cerebras.ai/v1/chat/completions", json=body, headers=h'


@pytest.mark.parametrize(
    "code",
    [
        f"def f():\n    client = OpenAI(base_url={URL})\n    return {ASKS}",
        (
            f"class C:\n    def __init__(self, m):\n        self.client = OpenAI(base_url={URL})\n"
            f"    def f(self, m):\n        return self.{ASKS}"
        ),
        (
            f"def make():\n    return OpenAI(base_url={URL})\ndef f():\n"
            f"    client = make()\n    return {ASKS}"
        ),
        "def f():\n    return ChatCerebras(model=m)",
        f"def f():\n    {POST})",
        f"def f():\n    {POST}, timeout=None)",
        f"def f():\n    {POST.replace('requests', 'httpx')}, timeout=None)",
        "def f():\n    return Cerebras(timeout=None)",
        f"def f():\n    client = Cerebras()\n    return {ASKS[:-1]}, timeout=None)",
        (
            f"def f():\n    client = Cerebras()\n"
            f"    return client.with_options(timeout=None).{ASKS.partition('.')[2]}"
        ),
    ],
)
def test_no_timeout(found, code):
    """A call that waits without limit, or ten minutes."""
    assert found(code) == ["no-timeout"]


@pytest.mark.parametrize(
    "code",
    [
        f"def f():\n    client = Cerebras()\n    return {ASKS}",  # 60 s
        f"def f():\n    client = OpenAI(base_url={URL}, timeout=20)\n    return {ASKS}",
        f"def f():\n    client = OpenAI(base_url={URL}, **options)\n    return {ASKS}",
        f"def f():\n    client = OpenAI(base_url={URL}, http_client=http)\n    return {ASKS}",
        f"def f():\n    client = OpenAI(base_url={URL})\n    return {ASKS[:-1]}, timeout=9)",
        f"def f():\n    client = OpenAI(base_url={URL})\n    return {ASKS[:-1]}, **options)",
        f"def f():\n    client = OpenAI(base_url={URL})\n    return asyncio.wait_for(x, 9), {ASKS}",
        f"def f():\n    return OpenAI(base_url={URL})",  # who knows how it is called
        f"def f():\n    client = OpenAI()\n    return {ASKS}",
        "def f():\n    return ChatCerebras(model=m, timeout=9)",
        "def f():\n    return ChatCerebras(model=m, request_timeout=9)",
        "def f():\n    return ChatCerebras(**options)",
        f"def f():\n    {POST}, timeout=9)",
        f"def f():\n    {POST}, **options)",
        f"def f():\n    {POST.replace('requests', 'httpx')})",  # 5 s
        f"def f():\n    {POST.replace('api.cerebras.ai', 'example.com')})",
        f"def f():\n    {POST.replace('requests', 'session')})",
    ],
)
def test_limited(found, code):
    """A call that has a limit, by itself or by somebody else, or may have one."""
    assert found(code) == []


SLEEPS = f"async def f():\n    client = AsyncCerebras()\n    await {ASKS}\n    time.sleep(1)"


def test_sleep_blocks_loop(found):
    """A sleep that stops all other tasks."""
    assert found(SLEEPS) == ["sleep-blocks-loop"]


@pytest.mark.parametrize(
    "code",
    [
        SLEEPS.replace("time.sleep", "await asyncio.sleep"),
        SLEEPS.replace("async def", "def").replace("await ", "").replace("AsyncC", "C"),
        "async def f():\n    time.sleep(1)",  # nothing to do with this API
        (
            f"async def f():\n    client = AsyncCerebras()\n    await {ASKS}\n"
            "    def wait():\n        time.sleep(1)\n    await asyncio.to_thread(wait)"
        ),
        (
            f"async def f():\n    client = AsyncCerebras()\n    await {ASKS}\n"
            "    await asyncio.to_thread(lambda: time.sleep(1))"
        ),
    ],
)
def test_sleeps_beside(found, code):
    """A sleep that stops nobody."""
    assert found(code) == []

"""Clients that are made too early."""

import pytest

USE = "\ndef ask():\n    return client.models.list()\n"


@pytest.mark.parametrize(
    "code",
    [
        "client = Cerebras()" + USE,
        'client = Cerebras(api_key=os.environ["CEREBRAS_API_KEY"])' + USE,
        'KEY = os.getenv("CEREBRAS_API_KEY")\nclient = AsyncCerebras(api_key=KEY)' + USE,
        'URL = os.getenv("URL", "https://api.cerebras.ai/v1")\n'
        "client = OpenAI(base_url=URL, timeout=9)" + USE,
        "from dotenv import load_dotenv\nload_dotenv()\nclient: Cerebras = Cerebras()" + USE,
        "logging.basicConfig()\napp = FastAPI()\napp.include_router(x)\nclient = Cerebras()" + USE,
        "client = Cerebras()",
        "llm = ChatCerebras(model=os.environ['MODEL'], timeout=9)" + USE,
    ],
)
def test_client_at_import(found, code):
    """A client that reads the environment while its module is imported."""
    assert found(code) == ["client-at-import"]


@pytest.mark.parametrize(
    "code",
    [
        "def client():\n    return Cerebras()",
        "def f():\n    global client\n    client = Cerebras()",
        "class C:\n    def __init__(self):\n        self.client = Cerebras()",
        'client = Cerebras()\nif __name__ == "__main__":\n    main()',
        'if __name__ == "__main__":\n    client = Cerebras()',
        "client = Cerebras()\nprint(client.models.list())",
        "client = Cerebras()\nfor each in client.models.list():\n    keep(each)",
        "client = Cerebras()\nanswer = client.chat.completions.create(model=m, messages=[])",
        "client = Cerebras()\nasyncio.run(main())",
        "import streamlit as st\nclient = Cerebras()\nst.title('x')",
        'client = Cerebras() if os.getenv("CEREBRAS_API_KEY") else None',
        "try:\n    client = Cerebras()\nexcept Exception:\n    client = None",
        'client = Cerebras(api_key=os.getenv("CEREBRAS_API_KEY", "not set"))',
        'client = Cerebras(api_key=os.getenv("CEREBRAS_API_KEY") or "not set")',
        "client = Cerebras(api_key=settings.key)",
        "client = Cerebras(**settings)",
        "client = OpenAI()",
        'client = OpenAI(base_url="http://127.0.0.1:8000/cerebras")',
    ],
)
def test_in_time(found, code):
    """A client that is made when it is needed, by a script, or without the environment."""
    assert found(code) == []

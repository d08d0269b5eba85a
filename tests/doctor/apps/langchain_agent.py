"""An agent on langchain."""

from langchain_cerebras import ChatCerebras
from langchain_core.tools import tool


@tool
def weather(city: str) -> str:
    """Return the weather of a city."""
    return f"fine in {city}"


def agent(model: str = "gpt-oss-120b"):
    llm = ChatCerebras(model=model, temperature=0)  # found: no-timeout
    return llm.bind_tools([weather])


def patient_agent(model: str = "gpt-oss-120b", **options):
    return ChatCerebras(model=model, **options).bind_tools([weather])

"""A page that its server runs from the top for each user."""

import os

import streamlit as st
from openai import OpenAI

client = OpenAI(
    api_key=os.environ.get("CEREBRAS_API_KEY"),
    base_url=os.environ.get("CEREBRAS_BASE_URL", "https://api.cerebras.ai") + "/v1",
    timeout=30,
)
st.title("Chat")
if prompt := st.chat_input("Say something"):
    stream = client.chat.completions.create(
        model=st.session_state.get("model", "gpt-oss-120b"),
        messages=[{"role": "user", "content": prompt}],
        max_tokens=1000,
        stream=True,
    )
    st.write_stream(stream)

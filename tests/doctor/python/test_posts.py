"""Requests without a client library."""

import pytest

from mockserver.doctor.python.posts import posts
from mockserver.doctor.python.source import Source

URL = "https://api.cerebras.ai/v1/chat/completions"


def posted(code):
    return list(posts(Source.of(f'import httpx, requests\nU = "{URL}"\n{code}')))


def test_post():
    """Its address, its fields and its model, as far as they stand in the code."""
    code = """
headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
requests.post(U, headers=headers, json={"model": "m", "messages": messages})
"""
    (one,) = posted(code)
    assert (one.library, one.url, one.model and one.model[1]) == ("requests", URL, "m")
    assert one.fields == {"content-type": "application/json", "authorization": None}


@pytest.mark.parametrize(
    "code",
    [
        "requests.post(U, headers={**common, 'x': 'y'})",
        "requests.post(U, headers=headers)",
        "requests.post(U, headers={name: 'y'})",
        "requests.post(U, headers={'x': 'y'}, auth=auth)",
        "requests.post(U, headers={'x': 'y'}, **options)",
        "h = {'x': 'y'}\nh['Authorization'] = key\nrequests.post(U, headers=h)",
        "h = {'x': 'y'}\nh.update(more)\nrequests.post(U, headers=h)",
        "h = {'x': 'y'}\nadd_key(h)\nrequests.post(U, headers=h)",
        "requests.post(U)",
    ],
)
def test_fields_unknown(code):
    """There may be other fields than those in the code."""
    (one,) = posted(code)
    assert one.fields is None


@pytest.mark.parametrize(
    "code",
    [
        "requests.get(U)",
        "requests.post('https://example.com/v1')",
        "requests.post(url)",
        "session.post(U)",
    ],
)
def test_other_requests(code):
    """A request to somebody else, by somebody else, or for something else."""
    assert posted(code) == []

"""
Apps in many languages, with the real host written in, are answered by ``cerebras-mock run``.

Each kind is tried as it is, and where nothing can leave (``--sealed``).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent.parent / "docs/run.md").read_text("utf-8")
PACKAGES = Path(
    os.environ.get("CEREBRAS_NODE_MODULES", Path(__file__).parent / "node/node_modules")
)
NAMESPACES = ("unshare", "--user", "--map-root-user", "--net", "--mount", "true")


@dataclass(frozen=True)
class Kind:
    """
    An app of a kind: the name of its file, its source, and the command that runs it.

    ``needs`` is a module for Python, and else a package for Node, or a command beside that of its
    language. Where it is missing, the variable in ``required`` makes that a failure.
    """

    file: str
    source: str
    needs: str = ""
    required: str = ""

    @property
    def command(self) -> list[str]:
        """What is typed behind ``--``."""
        return [*COMMANDS[Path(self.file).suffix], self.file]

    def lacks(self) -> str:
        """Return what is missing on this machine."""
        tool = COMMANDS[Path(self.file).suffix][0]
        if shutil.which(tool) is None:
            return tool
        if self.file.endswith(".py"):
            return "" if not self.needs or find_spec(self.needs) else self.needs
        if self.file.endswith(".mjs"):
            return "" if not self.needs or (PACKAGES / self.needs).is_dir() else self.needs
        return "" if not self.needs or shutil.which(self.needs) else self.needs


COMMANDS = {
    ".py": [sys.executable],
    ".mjs": ["node"],
    ".sh": ["sh"],
    ".go": ["go", "run"],
    ".java": ["java"],
}

PYTHON = """
import os
URL = "https://api.cerebras.ai"
KEY = os.environ["CEREBRAS_API_KEY"]
HEADERS = {"Authorization": f"Bearer {KEY}"}
"""
NODE = """
const url = "https://api.cerebras.ai";
const apiKey = process.env.CEREBRAS_API_KEY;
const headers = { authorization: `Bearer ${apiKey}` };
"""


def python(source, needs=""):
    return Kind("app.py", PYTHON + source, needs, "REQUIRE_LITELLM" if needs == "litellm" else "")


def node(source, needs=""):
    return Kind("app.mjs", source.replace("NODE", NODE), needs, "REQUIRE_NODE")


KINDS = {
    "requests": python(
        """
import requests
print(requests.get(f"{URL}/v1/models", headers=HEADERS).text)
""",
        "requests",
    ),
    "requests, trust_env=False": python(
        """
import requests
session = requests.Session()
session.trust_env = False
print(session.get(f"{URL}/v1/models", headers=HEADERS).text)
""",
        "requests",
    ),
    "urllib": python(
        """
from urllib.request import Request, urlopen
print(urlopen(Request(f"{URL}/v1/models", headers=HEADERS)).read())
"""
    ),
    "http.client": python(
        """
from http.client import HTTPSConnection
connection = HTTPSConnection("api.cerebras.ai")
connection.request("GET", "/v1/models", headers=HEADERS)
print(connection.getresponse().read())
"""
    ),
    "aiohttp": python(
        """
import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{URL}/v1/models", headers=HEADERS) as response:
            print(await response.text())
asyncio.run(main())
""",
        "aiohttp",
    ),
    "httpx": python(
        """
import httpx
print(httpx.get(f"{URL}/v1/models", headers=HEADERS).text)
""",
        "httpx",
    ),
    "httpx, trust_env=False": python(
        """
import httpx
print(httpx.Client(trust_env=False).get(f"{URL}/v1/models", headers=HEADERS).text)
""",
        "httpx",
    ),
    "cerebras-cloud-sdk": python(
        """
from cerebras.cloud.sdk import Cerebras
print(Cerebras(api_key=KEY, base_url=URL).models.list())
""",
        "cerebras",
    ),
    "openai": python(
        """
from openai import OpenAI
print(OpenAI(api_key=KEY, base_url=f"{URL}/v1").models.list())
""",
        "openai",
    ),
    "langchain-cerebras": python(
        """
from langchain_cerebras import ChatCerebras
model = ChatCerebras(model="gpt-oss-120b", api_key=KEY, base_url=f"{URL}/v1")
print(model.invoke("Why is the sky blue?"))
""",
        "langchain_cerebras",
    ),
    "litellm": python(
        """
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # its import would fetch a list of prices
import litellm
messages = [{"role": "user", "content": "Why is the sky blue?"}]
model = "cerebras/gpt-oss-120b"
print(litellm.completion(model=model, messages=messages, api_base=f"{URL}/v1", api_key=KEY))
""",
        "litellm",
    ),
    "a Python child": python(
        """
import subprocess, sys
code = "import httpx, sys; print(httpx.get(sys.argv[1], headers=eval(sys.argv[2])).text)"
arguments = [f"{URL}/v1/models", repr(HEADERS)]
subprocess.run([sys.executable, "-c", code, *arguments], check=True)
""",
        "httpx",
    ),
    "multiprocessing": python(
        """
import multiprocessing
def ask(path):
    import httpx
    return httpx.get(URL + path, headers=HEADERS).text
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(ask, ["/v1/models"]))
""",
        "httpx",
    ),
    "node: fetch": node(
        """NODE
console.log(await (await fetch(`${url}/v1/models`, { headers })).text());
"""
    ),
    "node: https": node(
        """
import https from "node:https";
NODE
https.get(`${url}/v1/models`, { headers }, (response) => {
  response.on("data", (piece) => console.log(String(piece)));
});
"""
    ),
    "axios": node(
        """
import axios from "axios";
NODE
console.log((await axios.get(`${url}/v1/models`, { headers })).data.data);
""",
        "axios",
    ),
    "openai for Node": node(
        """
import OpenAI from "openai";
NODE
console.log((await new OpenAI({ apiKey, baseURL: `${url}/v1` }).models.list()).data);
""",
        "openai",
    ),
    "@cerebras/cerebras_cloud_sdk": node(
        """
import Cerebras from "@cerebras/cerebras_cloud_sdk";
NODE
console.log((await new Cerebras({ apiKey, baseURL: url }).models.list()).data);
""",
        "@cerebras/cerebras_cloud_sdk",
    ),
    "@ai-sdk/cerebras": node(
        """
import { createCerebras } from "@ai-sdk/cerebras";
import { generateText } from "ai";
NODE
const provider = createCerebras({ apiKey, baseURL: `${url}/v1` });
const answer = await generateText({ model: provider("gpt-oss-120b"), prompt: "Why?" });
console.log(answer.response.modelId, answer.text);
""",
        "@ai-sdk/cerebras",
    ),
    "curl": Kind(
        "app.sh",
        'curl -sS https://api.cerebras.ai/v1/models -H "Authorization: Bearer $CEREBRAS_API_KEY"\n',
        "curl",
    ),
    "wget in a shell script": Kind(
        "app.sh",
        "wget -qO- https://api.cerebras.ai/v1/models "
        '--header "Authorization: Bearer $CEREBRAS_API_KEY"\n',
        "wget",
    ),
    "Go net/http": Kind(
        "app.go",
        """
package main

import (
	"io"
	"net/http"
	"os"
)

func main() {
	request, _ := http.NewRequest("GET", "https://api.cerebras.ai/v1/models", nil)
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CEREBRAS_API_KEY"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	io.Copy(os.Stdout, response.Body)
}
""",
        required="REQUIRE_GO",
    ),
    "Java HttpClient": Kind(
        "App.java",
        """
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

public class App {
  public static void main(String[] arguments) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("https://api.cerebras.ai/v1/models"))
        .header("Authorization", "Bearer " + System.getenv("CEREBRAS_API_KEY")).build();
    System.out.println(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
  }
}
""",
        required="REQUIRE_JAVA",
    ),
}


def namespaces():
    """Return whether this system lets us have namespaces of our own."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(NAMESPACES, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module", params=["as it is", "sealed"])
def options(request):
    """Return the options of the run."""
    if request.param == "as it is":
        return ["--others", "block"]
    if not (os.environ.get("REQUIRE_SEALED") or namespaces()):
        pytest.skip("this system allows no namespaces")
    return ["--sealed"]


@pytest.mark.parametrize("name", KINDS)
def test_answered(name, options, tmp_path, run_command):
    """Its request is answered by the mock, which it believes to be the real API."""
    kind = KINDS[name]
    missing = kind.lacks()
    if missing and not os.environ.get(kind.required):
        pytest.skip(f"needs {missing}")
    (tmp_path / kind.file).write_text(kind.source, "utf-8")
    (tmp_path / "node_modules").symlink_to(PACKAGES.resolve(), target_is_directory=True)
    done = run_command(tmp_path, *options, "--", *kind.command, apart=True)
    assert "healthy: exit status 0, 1 request\n" in done.stderr, done.stderr
    assert re.search(r"#1 (GET|POST) /v1/\S+.* -> 200\b", done.stderr)
    assert "not answered" not in done.stderr
    assert "gpt-oss-120b" in done.stdout


def test_table():
    """The page on the command has a row for each kind."""
    rows = re.findall(r"^\| (.+?) \| answered \| answered \|$", PAGE, re.MULTILINE)
    assert [row.replace("`", "") for row in rows] == list(KINDS)

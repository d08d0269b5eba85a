"""
Many clients of several replicas, while one of them is killed and the store starts again.

Run it on its own with ``python -m tests.edge.state.load REQUESTS``, for up to an hour. A quarter of
the requests is let through by the limit, and a quarter meets the schedule.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from .conftest import Redis

KEY = "csk-0123456789abcdef0123"
CLIENTS = 200
LIMIT, FIRST = 700, 800
SCENARIO = """
version: 1
name: counted
limits:
  - requests_per_day: {limit}
rules:
  - name: first
    match: {{endpoint: models}}
    schedule: {{first: {first}}}
    faults: [{{error: {{status: 418}}}}]
"""
CHAT = {"model": "llama3.1-8b", "messages": [{"role": "user", "content": "Hi"}]}


def requests(port):
    """Return the bytes of a completion, and of a request that costs nothing."""
    fields = f"host: 127.0.0.1:{port}\r\nauthorization: Bearer {KEY}\r\n"
    body = json.dumps(CHAT).encode()
    typed = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    chat = f"POST /v1/chat/completions HTTP/1.1\r\n{fields}{typed}\r\n".encode() + body
    return {"chat": chat, "models": f"GET /v1/models HTTP/1.1\r\n{fields}\r\n".encode()}


class Replica:
    """One ``cerebras-mock serve`` with two workers."""

    def __init__(self, state, scenario):
        command = ("serve", "--workers", "2", "--state", state, "--scenario", scenario)
        quiet = ("--log-level", "warning", "--journal", "100")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mockserver", *command, *quiet],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        line = self._process.stdout.readline()
        assert " on http://" in line, line + self._process.stderr.read()
        self.port = int(line.partition(" on http://")[2].split()[0].rpartition(":")[2])

    def kill(self):
        """End all processes of the replica at once, without a word to the store."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def stop(self):
        """End it; return what it has logged."""
        self._process.terminate()
        return self._process.communicate()[1]


class Crowd:
    """
    Clients that take requests from one pile until it is empty; ``seen`` counts the answers.

    A request that no mock could count, since the store was away, is sent again, at most ``again``
    times: on a slow machine these may be hundreds.
    """

    def __init__(self, ports, count):
        self.ports = list(ports)
        self.left = count
        self.lost = []
        self.again = 10 * count
        self.seen = Counter()

    async def client(self, number):
        """Send requests over one connection at a time; the port changes when it breaks."""
        reader = writer = None
        while self.left > 0 or self.lost:
            if self.left > 0:
                self.left -= 1
                kind = "models" if self.left % 2 else "chat"
            else:
                kind = self.lost.pop()
            try:
                if writer is None:
                    port = self.ports[number % len(self.ports)]
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(requests(port)[kind])
                status = await answer(reader)
            except (OSError, asyncio.IncompleteReadError):
                status = "broken"
                if writer is not None:
                    writer.close()
                writer, number = None, number + 1
            self.seen[kind, status] += 1
            if status == "lost" and self.again > 0:
                self.again -= 1
                self.lost.append(kind)
        if writer is not None:
            writer.close()

    async def run(self, between):
        """Send all requests; ``between`` maps how many are left to what happens then."""
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(self.client(number))
            for left, happens in sorted(between.items(), reverse=True):
                while self.left > left:
                    await asyncio.sleep(0.005)
                await asyncio.to_thread(happens)


async def answer(reader):
    """Read one answer; return its status, and a code for the mock's own refusal."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    size = head.partition("content-length: ")[2].partition("\r\n")[0]
    body = await (reader.readexactly(int(size)) if size else reader.readuntil(b"0\r\n\r\n"))
    status = int(head.split()[1])
    return "lost" if b"mock_state_lost" in body else status


def loaded(redis, folder, count, *, kill, limit=LIMIT, first=FIRST):
    """Play the whole story; return what the clients saw, and what the replicas logged."""
    scenario = folder / "counted.yaml"
    scenario.write_text(SCENARIO.format(limit=limit, first=first))
    replicas = [Replica(redis.url, scenario) for _ in range(3)]
    try:
        crowd = Crowd([one.port for one in replicas], count)

        def killed():
            crowd.ports.pop()
            replicas.pop().kill()

        def restarted():
            redis.stop()
            redis.start()

        early = min(limit, first) // 2  # of each kind: none is used up yet
        story = {count - 2 * early: restarted, **({count - early: killed} if kill else {})}
        asyncio.run(crowd.run(story))
    finally:
        logs = [one.stop() for one in replicas]
    return crowd.seen, logs


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        server = Redis(Path(name))
        server.start()
        try:
            count = int(sys.argv[1])
            counts = {"limit": count // 4, "first": count // 4}
            seen, logs = loaded(server, Path(name), count, kill=True, **counts)
            print(*counts.items(), *sorted(seen.items(), key=str), *logs, sep="\n")  # noqa: T201
        finally:
            server.stop()

"""Playing again what has changed; time passes by looks, never by waiting."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from itertools import count
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.core.errors import DocumentError
from mockserver.edge.live import Overrides
from mockserver.edge.reload import Reloader
from mockserver.edge.server import serving

WRONG = "name: x\nrules:\n  - match: {modle: x}\n"
EDITION = "extends: guide\nname: ours\nkeys: {prefix: our-}\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that writes a file, later than all those before, in the current folder."""
    monkeypatch.chdir(tmp_path)
    moments = count(1_800_000_000)

    def write(path, text):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
        moment = next(moments)
        os.utime(tmp_path / path, (moment, moment))

    return write


@pytest.fixture
def watch(caplog):
    """Return a function that begins with a scenario: it returns the reloader."""
    caplog.set_level("INFO", logger="mockserver")

    def begin(name="my.yaml", parameters=None, **overrides):
        return Reloader(name, parameters or {}, Overrides(**overrides))

    return begin


def settle(reloader):
    """Look as often as it takes to see that nothing changes any more."""
    reloader.look()
    reloader.look()
    return reloader.live.scenario


def test_a_changed_file(write, watch, caplog, ask):
    """It is read again and begins from its beginning, with a line in the log."""
    write("my.yaml", "name: one\n")
    reloader = watch()
    with reloader.live.in_flight(ask()):
        pass
    assert settle(reloader).name == "one"
    assert len(reloader.live.journal.exchanges) == 1
    write("my.yaml", "name: two\n")
    assert settle(reloader).name == "two"
    assert reloader.live.journal.exchanges == []
    assert caplog.messages == ["my.yaml has changed; scenario 'two' begins"]


def test_nothing_changed(write, watch, caplog):
    """As long as no file changes, the scenario goes on."""
    write("my.yaml", "name: one\n")
    reloader = watch()
    engine = reloader.live.engine
    settle(reloader)
    settle(reloader)
    assert reloader.live.engine is engine
    assert caplog.messages == []


def test_a_broken_edit(write, watch, caplog):
    """The last good version goes on; file, line and sentence say why, once for each edit."""
    write("my.yaml", "name: one\n")
    reloader = watch()
    engine = reloader.live.engine
    write("my.yaml", WRONG)
    settle(reloader)
    settle(reloader)
    assert reloader.live.engine is engine
    (said,) = caplog.messages
    assert said.startswith(
        "my.yaml is invalid; scenario 'one' keeps running\n"
        "my.yaml:3:13: rules[0].match: unknown key 'modle'; did you mean 'model'?"
    )
    write("my.yaml", "name: two\n")
    assert settle(reloader).name == "two"


def test_a_file_on_its_way(write, watch, tmp_path, caplog):
    """What changes between two looks is left alone: half a file, or none for a moment."""
    write("my.yaml", "name: one\n")
    reloader = watch()
    (tmp_path / "my.yaml").unlink()
    reloader.look()
    write("my.yaml", WRONG)
    reloader.look()
    write("my.yaml", "name: two\n")
    reloader.look()
    assert reloader.live.scenario.name == "one"
    reloader.look()
    assert reloader.live.scenario.name == "two"
    assert len(caplog.messages) == 1


def test_a_deleted_file(write, watch, tmp_path, caplog):
    """While there is none the last version goes on; a new one is played, the same inode or not."""
    write("my.yaml", "name: one\n")
    reloader = watch()
    (tmp_path / "my.yaml").unlink()
    assert settle(reloader).name == "one"
    assert "my.yaml: there is no such file" in caplog.messages[0]
    write("my.yaml", "name: two\n")
    assert settle(reloader).name == "two"


def test_a_replaced_file_of_the_same_age_and_size(write, watch, tmp_path):
    """A file that is moved into the place of another has changed."""
    write("my.yaml", "name: one\n")
    reloader = watch()
    write("new.yaml", "name: two\n")
    moment = (tmp_path / "my.yaml").stat().st_mtime
    os.utime(tmp_path / "new.yaml", (moment, moment))
    (tmp_path / "new.yaml").replace(tmp_path / "my.yaml")
    assert settle(reloader).name == "two"


@pytest.mark.parametrize("changed", ["base.yaml", "below/basis.yaml"])
def test_what_it_extends(write, watch, changed):
    """A scenario that it extends, at any depth, is watched as well, and mended alone."""
    write("below/basis.yaml", "name: basis\n")
    write("base.yaml", "name: base\nextends: below/basis.yaml\n")
    write("my.yaml", "name: one\nextends: base.yaml\n")
    reloader = watch()
    good = (reloader.live.engine, (changed.partition("/")[2] or changed)[:-5])
    write(changed, "name: [")
    settle(reloader)
    assert reloader.live.engine is good[0]
    write(changed, f"name: {good[1]}\ndescription: new\n")
    assert settle(reloader).description == "new"


@pytest.mark.parametrize("override", [False, True])
def test_its_edition(write, watch, override):
    """So is an edition of one's own, with what it extends, named in the file or by an option."""
    write("base.yaml", EDITION)
    write("ours.yaml", "extends: base.yaml\nname: mine\n")
    write("my.yaml", "name: one\n" + ("" if override else "edition: ours.yaml\n"))
    reloader = watch(edition="ours.yaml") if override else watch()
    assert reloader.live.engine.edition.keys.prefix == "our-"
    write("base.yaml", EDITION.replace("our-", "new-"))
    settle(reloader)
    assert reloader.live.engine.edition.keys.prefix == "new-"
    write("base.yaml", "name: x\n")
    settle(reloader)
    assert reloader.live.engine.edition.keys.prefix == "new-"


def test_a_shipped_scenario(watch):
    """It can't change; its edition can."""
    assert not watch("healthy").watches
    assert not watch("stream-cut", {"after_tokens": 3}).watches


def test_a_shipped_scenario_in_an_edition_of_ones_own(write, watch):
    """That edition is watched, and the scenario begins again with it."""
    write("ours.yaml", EDITION)
    reloader = watch("healthy", edition="ours.yaml")
    assert reloader.watches
    write("ours.yaml", EDITION.replace("our-", "new-"))
    assert settle(reloader).name == "healthy"
    assert reloader.live.engine.edition.keys.prefix == "new-"


def test_options_outlive_the_change(write, watch, caplog):
    """Parameters and overrides hold for the new version; one that it has lost is said to be."""
    write("my.yaml", "name: ${word}\nparameters: {word: a}\n")
    reloader = watch("my.yaml", {"word": "b"}, seed=7)
    write("my.yaml", "name: new ${word}\nparameters: {word: a}\nseed: 1\n")
    assert settle(reloader).name == "new b"
    assert reloader.live.scenario.seed == 7
    write("my.yaml", "name: three\n")
    assert settle(reloader).name == "new b"
    assert "no parameter of my.yaml is called 'word'; there are none" in caplog.messages[-1]


def test_a_folder(write, watch):
    """The scenario that was changed last is played; what is none is passed over."""
    write("all/b.yaml", "name: b\n")
    write("all/a.yml", "name: a\n")
    write("all/ours.yaml", EDITION)
    write("all/notes.txt", "name: text\n")
    reloader = watch("all")
    assert reloader.live.scenario.name == "a"
    write("all/b.yaml", "name: b\ndescription: new\n")
    assert settle(reloader).description == "new"
    write("all/c.yaml", "name: c\n")
    assert settle(reloader).name == "c"
    engine = reloader.live.engine
    write("all/ours.yaml", EDITION.replace("our-", "new-"))
    write("all/notes.txt", "name: other text\n")
    settle(reloader)
    assert reloader.live.engine is engine


def test_a_folder_with_a_base(write, watch):
    """A change of what the played one extends plays that again, and not the base."""
    write("all/base.yaml", "name: base\n")
    write("all/my.yaml", "name: one\nextends: base.yaml\n")
    reloader = watch("all")
    write("all/base.yaml", "name: base\ndescription: new\n")
    assert settle(reloader).name == "one"
    assert reloader.live.scenario.description == "new"


def test_a_folder_with_a_broken_file(write, watch, caplog, tmp_path):
    """A new file that is wrong is told, and mended; one that is gone is no news, nor the folder."""
    write("all/a.yaml", "name: a\n")
    write("all/old.yaml", "name: old\n")
    write("all/a.yaml", "name: a\n")
    reloader = watch("all")
    (tmp_path / "all/old.yaml").unlink()
    settle(reloader)
    assert caplog.messages == []
    write("all/b.yaml", "name: [")
    assert settle(reloader).name == "a"
    assert "all/b.yaml:2:1: not YAML: " in caplog.messages[0]
    write("all/b.yaml", "name: b\n")
    assert settle(reloader).name == "b"
    for file in (tmp_path / "all").iterdir():
        file.unlink()
    (tmp_path / "all").rmdir()
    assert settle(reloader).name == "b"
    write("all/b.yaml", "name: again\n")
    assert settle(reloader).name == "again"


def test_a_folder_without_any(write, watch):
    """A folder without a scenario is one sentence."""
    write("all/ours.yaml", EDITION)
    with pytest.raises(DocumentError, match="all: this folder contains no scenario in a "):
        watch("all")


def test_a_shipped_name_is_no_folder(write, watch):
    """A shipped scenario is meant, be there a folder of that name."""
    write("healthy/my.yaml", "name: one\n")
    assert watch("healthy").live.scenario.name == "healthy"


def test_run(write, watch):
    """It looks after each tick, until it is cancelled."""
    write("my.yaml", "name: one\n")
    reloader = watch()
    names = []

    async def tick():
        names.append(reloader.live.scenario.name)
        if len(names) == 1:
            write("my.yaml", "name: two\n")
        if len(names) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(reloader.run(tick))
    assert names == ["one", "one", "two"]


@pytest.mark.parametrize(
    ("arguments", "watched"),
    [
        (("--scenario", "my.yaml"), True),
        (("--scenario", "my.yaml", "--no-reload"), False),
        (("--scenario", "healthy"), False),
    ],
)
def test_option(write, monkeypatch, arguments, watched):
    """Files are watched, unless that isn't wanted; a shipped scenario needs nobody to watch it."""
    write("my.yaml", "name: one\n")
    served = []
    monkeypatch.setattr(serving, "serve_until_signal", lambda *_, **how: served.append(how))
    result = CliRunner().invoke(main, ["serve", *arguments])
    assert result.exit_code == 0, result.output
    assert (served[0]["beside"] is not None) == watched


def test_serve(write):
    """A changed file is played while it is served, and a signal ends it cleanly."""
    write("my.yaml", "name: one\n")
    command = [sys.executable, "-m", "mockserver", "serve", "--scenario", "my.yaml"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        url = server.stdout.readline().split(" on ")[1].split()[0]
        write("my.yaml", "name: two\n")
        said = server.stderr.readline()
        with urlopen(f"{url}/v1/tcp_warming") as answer:
            assert answer.read() == b"null"
        server.terminate()
        _, log = server.communicate(timeout=10)
    assert server.returncode == 0
    assert said == "my.yaml has changed; scenario 'two' begins\n"
    assert log == "#0 GET /v1/tcp_warming -> 200\n"

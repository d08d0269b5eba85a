"""Nothing leaves a sealed run, counted at the interface that would lead out."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from .test_sealed import needs_namespaces

# A network of its own, whose way out is a cable to nowhere: what is sent to it is counted.
OUTSIDE = """
set -e
ip link set lo up
ip link add out type veth peer name nowhere
echo 1 >/proc/sys/net/ipv6/conf/out/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/nowhere/disable_ipv6
ip addr add 10.9.9.1/24 dev out
ip link set nowhere up
ip link set out up
ip route add default via 10.9.9.2
ip neigh add 10.9.9.2 lladdr 02:00:00:00:00:01 dev out
count() { sed -n 's/^ *out: *//p' /proc/net/dev | awk '{print $10}'; }
before=$(count)
"$@" >&2 || true
echo $(($(count) - before))
"""
NAMESPACES = ("unshare", "--user", "--map-root-user", "--net")
UDP = "import socket; s = socket.socket(2, 2); s.sendto(b'x', ('192.0.2.1', 53))"
TCP = "import socket; s = socket.socket(); s.settimeout(1); s.connect(('192.0.2.1', 443))"
WAYS = f"""
curl -m 1 https://192.0.2.1/
curl -m 1 --noproxy '*' https://192.0.2.1/
curl -m 1 --noproxy '*' -H 'Host: api.cerebras.ai' http://192.0.2.1/v1/models
curl -m 1 --noproxy '*' --resolve api.cerebras.ai:443:192.0.2.1 https://api.cerebras.ai/
printf 'url = https://192.0.2.1/' | curl -m 1 --noproxy '*' -K -
host=192.0.2.1; curl -m 1 --noproxy '*' "https://$host/"
env -i curl -m 1 https://192.0.2.1/
wget -T 1 -t 1 -O - --no-proxy https://192.0.2.1/
timeout 1 bash -c 'echo x >/dev/tcp/192.0.2.1/443'
bash -c 'echo x >/dev/udp/192.0.2.1/53'
{sys.executable} -I -S -c "{UDP}"
{sys.executable} -I -S -c "{TCP}"
env -i {sys.executable} -I -S -c "{TCP}"
ping -c 1 -W 1 192.0.2.1
"""


def can_lay_a_cable():
    if shutil.which("ip") is None:
        return False
    cable = ["ip", "link", "add", "out", "type", "veth", "peer", "name", "nowhere"]
    return not subprocess.run([*NAMESPACES, *cable], capture_output=True, check=False).returncode


@needs_namespaces
@pytest.mark.skipif(not can_lay_a_cable(), reason="needs ip, and veth interfaces of Linux")
def test_no_packet(tmp_path):
    """Whatever an app tries, by whatever program. Where nothing is sealed, the same leaves."""
    (tmp_path / "ways.sh").write_text(WAYS, "utf-8")

    def sent(*command):
        ended = subprocess.run(
            [*NAMESPACES, "sh", "-c", OUTSIDE, "sh", *command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(ended.stdout)

    sealed = (sys.executable, "-m", "pytest_cerebras.run", "--sealed", "--", "sh", "ways.sh")
    assert sent(*sealed) == 0
    assert sent("sh", "ways.sh") >= len(WAYS.strip().splitlines()) - 2

"""The explorer asks nothing of any other machine, and answers no page of another origin."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from sockets import WATCHED

pytest.importorskip("streamlit")
HANDSHAKE = (
    "GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: {origin}\r\n\r\n"
)


def answer(port, origin, patience):
    """The status of a request to open the channel of the page, from a page of this origin."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as channel:
        channel.sendall(HANDSHAKE.format(port=port, origin=origin).encode())
        return int(channel.recv(4096).split()[1])


@contextmanager
def served(folder, patience, program="from sim.cli import app; app()", **environment):
    """The port of an explorer of this folder, which is up, and the file of what it complains of."""
    complaints = folder / "complaints.txt"
    with complaints.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", program, "app", str(folder), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            cwd=folder,
            env=os.environ | environment | {"HOME": str(folder)},
        )
    try:
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())[1])
        for _ in range(patience):
            if healthy(port, patience):
                break
            time.sleep(1)
        yield port, complaints
    finally:
        process.kill()
        process.communicate()


def healthy(port, patience):
    """Whether the explorer answers."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://127.0.0.1:{port}/_stcore/health", timeout=patience) as health:
            return health.status == 200
    except urllib.error.URLError:
        return False


@pytest.mark.long
def test_a_foreign_origin_is_refused_without_asking_another_machine(tmp_path, patience):
    """Every request to the outside would go to the proxy, which nobody calls."""
    (tmp_path / "x.toml").write_text("title = 'x'", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        proxies = dict.fromkeys(
            ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), address
        )
        with served(tmp_path, patience, **proxies, NO_PROXY="") as (port, _):
            assert answer(port, f"http://127.0.0.1:{port}", patience) == 101
            for origin in ("http://evil.example", "null", "http://127.0.0.1.evil.example"):
                assert answer(port, origin, patience) == 403
        proxy.settimeout(0.1)
        with pytest.raises(TimeoutError):
            proxy.accept()


@pytest.mark.long
def test_no_name_is_looked_up_and_nothing_called(tmp_path, patience):
    """Neither with a proxy nor without one: sockets themselves are watched while a page opens."""
    (tmp_path / "x.toml").write_text("title = 'x'", encoding="utf-8")
    with served(tmp_path, patience, program=WATCHED) as (port, complaints):
        assert answer(port, f"http://127.0.0.1:{port}", patience) == 101
    assert complaints.read_text(encoding="utf-8") == ""


ADDRESSES = {
    "400 digits": "/?regime.deployment.brigades=" + "9" * 400,
    "ten megabytes": "/?x=" + "9" * 10**7,
    "a million names": "/?" + "a&" * 10**6,
    "no characters": "/?" + "%00" * 1000,
    "no text": "/?" + "%ff%fe" * 1000,
    "another folder": "/../../../../etc/passwd",
    "a folder in an escape": "/%2e%2e/%2e%2e/etc/passwd",
}


@pytest.mark.long
def test_a_hostile_address_does_not_end_the_explorer(tmp_path, patience):
    """Each is answered or refused, none with a file of the machine; then the page still opens."""
    (tmp_path / "x.toml").write_text("title = 'x'", encoding="utf-8")
    with served(tmp_path, patience) as (port, _):
        for address in ADDRESSES.values():
            said = beginning_of_answer(port, address, patience)
            assert b"root:" not in said
            assert said[:9] in (b"", b"HTTP/1.1 ")
            assert healthy(port, patience)
        for long in ("400 digits", "ten megabytes", "a million names"):
            said = beginning_of_answer(port, ADDRESSES[long], patience)
            assert said.startswith(b"HTTP/1.1 200")
        assert answer(port, f"http://127.0.0.1:{port}", patience) == 101


def beginning_of_answer(port, address, patience):
    """The beginning of what the explorer says to a request; nothing where it hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as channel:
        try:
            channel.sendall(
                f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                "Connection: close\r\n\r\n".encode()
            )
            return channel.recv(65536)
        except OSError:
            return b""

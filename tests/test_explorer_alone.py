"""The explorer asks nothing of any other machine, and answers no page of another origin."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

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


@pytest.mark.long
def test_a_foreign_origin_is_refused_without_asking_another_machine(tmp_path, patience):
    """Every request to the outside would go to the proxy, which nobody calls."""
    (tmp_path / "x.toml").write_text("title = 'x'", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        proxies = dict.fromkeys(
            ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), address
        )
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", "from sim.cli import app; app()"),
                *("app", str(tmp_path), "--port", "0"),
            ],
            stdout=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=os.environ | proxies | {"HOME": str(tmp_path), "NO_PROXY": ""},
        )
        try:
            port = int(re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())[1])
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            for _ in range(patience):
                try:
                    direct.open(f"http://127.0.0.1:{port}/_stcore/health", timeout=patience)
                    break
                except urllib.error.URLError:
                    time.sleep(1)
            assert answer(port, f"http://127.0.0.1:{port}", patience) == 101
            for origin in ("http://evil.example", "null", "http://127.0.0.1.evil.example"):
                assert answer(port, origin, patience) == 403
        finally:
            process.kill()
            process.communicate()
        proxy.settimeout(0.1)
        with pytest.raises(TimeoutError):
            proxy.accept()

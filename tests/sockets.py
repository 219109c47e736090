"""The explorer with its sockets watched."""

WATCHED = """

import sys

HERE = ("127.0.0.1", "localhost", "::1", b"127.0.0.1", None, "")

def watch(event, given):
    if event in ("socket.connect", "socket.sendto") and isinstance(given[1], tuple):
        place = given[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        place = given[0]
    else:
        return
    if place not in HERE:
        print(f"{event} {place}", file=sys.stderr, flush=True)

sys.addaudithook(watch)
from sim.cli import app
app()
"""
"""The program, which complains of every name that it looks up and every other machine it calls."""

"""What is said between calls and the speech process: a line of JSON, and bytes behind it."""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any

ADDRESS = "SPEECH_SOCKET"
"""The environment's variable by which a worker's processes find its speech process."""
_HEAD = struct.Struct("!II")
MOST = 64 * 2**20
"""Bytes of one message; a minute of sound takes 4 MB."""


class WireError(Exception):
    """The other end has gone, or doesn't speak this."""


def address() -> str:
    """Where the speech process listens; empty where each process loads speech for itself."""
    return os.environ.get(ADDRESS, "")


def send(line: socket.socket, head: dict[str, Any], body: bytes = b"") -> None:
    """Send one message."""
    told = json.dumps(head).encode()
    line.sendall(_HEAD.pack(len(told), len(body)) + told + body)


def receive(line: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Wait for one message.

    Raises:
        WireError: the other end has closed, or sends something else.
    """
    told, body = _HEAD.unpack(_exactly(line, _HEAD.size))
    if told + body > MOST:
        raise WireError(f"a message of {told + body} bytes")
    head = json.loads(_exactly(line, told))
    return head, _exactly(line, body)


def _exactly(line: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = line.recv(min(size - len(parts), 2**18))
        if not part:
            raise WireError("the other end has closed")
        parts += part
    return bytes(parts)

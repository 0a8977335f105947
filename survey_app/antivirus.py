"""Virus scanners as plug-ins: a file is clean only when a scanner said so."""

import socket
import struct
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Protocol

CHUNK = 128 * 1024
SECONDS = 60.0
LONGEST_REPLY = 4096


class Outcome(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    ERROR = "error"  # not scanned: try again
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scanner says, with the name of what it found or of what went wrong."""

    outcome: Outcome
    name: str = ""


class Readable(Protocol):
    """What is scanned."""

    def read(self, size: int, /) -> bytes: ...


class Scanner(Protocol):
    """Looks through a file; never raises for a scanner that is away, slow or confused."""

    def scan(self, stream: Readable) -> Verdict: ...


class NoScanner:
    """Where no scanner is set up."""

    def scan(self, stream: Readable) -> Verdict:
        return Verdict(Outcome.NOT_CONFIGURED)


class Clamd:
    """The daemon of ClamAV, at "unix:/path" or "host:port"; `seconds` bound a whole scan."""

    def __init__(self, address: str, *, seconds: float = SECONDS) -> None:
        self._unix = address.removeprefix("unix:") if address.startswith("unix:") else None
        host, _, port = address.rpartition(":")
        if self._unix is None and not (host and port.isdecimal()):
            raise ValueError(f"not the address of a scanner: {address}")
        self._host, self._port = host.strip("[]"), 0 if self._unix else int(port)
        self._seconds = seconds

    def scan(self, stream: Readable) -> Verdict:
        """What the daemon says; `error` when it cannot be reached, is too slow, or says anything else."""
        deadline = monotonic() + self._seconds
        try:
            with self._connect() as connection:
                _send(connection, stream, deadline)
                return _understood(_reply(connection, deadline))
        except OSError as error:  # timeouts are among them
            return Verdict(Outcome.ERROR, type(error).__name__)

    def _connect(self) -> socket.socket:
        if self._unix is None:
            return socket.create_connection((self._host, self._port), timeout=self._seconds)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self._seconds)
        try:
            connection.connect(self._unix)
        except OSError:
            connection.close()
            raise
        return connection


def _send(connection: socket.socket, stream: Readable, deadline: float) -> None:
    """https://docs.clamav.net/manual/Usage/Scanning.html#clamd: lengths and chunks, ended by a length of zero."""
    connection.sendall(b"zINSTREAM\0")
    while chunk := stream.read(CHUNK):
        _wait_until(connection, deadline)
        connection.sendall(struct.pack(">I", len(chunk)) + chunk)
    connection.sendall(struct.pack(">I", 0))


def _reply(connection: socket.socket, deadline: float) -> bytes:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < LONGEST_REPLY:
        _wait_until(connection, deadline)
        received = connection.recv(LONGEST_REPLY)
        if not received:
            raise ConnectionError
        reply += received
    return reply


def _wait_until(connection: socket.socket, deadline: float) -> None:
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)


def _understood(reply: bytes) -> Verdict:
    text = reply.rstrip(b"\0").decode(errors="replace").removeprefix("stream: ")
    if text == "OK" and reply.startswith(b"stream: "):
        return Verdict(Outcome.CLEAN)
    if text.endswith(" FOUND"):
        return Verdict(Outcome.INFECTED, text.removesuffix(" FOUND"))
    return Verdict(Outcome.ERROR, text)

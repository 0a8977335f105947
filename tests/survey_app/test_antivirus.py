"""Scanners: the daemon's protocol, and that nothing but its word makes a file clean."""

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from survey_app import antivirus
from survey_app.antivirus import Clamd, NoScanner, Outcome, Verdict

CONTENT = bytes(range(256)) * 2000


class Daemon:
    """Speaks like clamd: reads a command and chunks, keeps them, answers what it was told to."""

    def __init__(self, server: socket.socket, answer: bytes, *, silent: bool = False, rude: bool = False) -> None:
        self.server, self.answer, self.silent, self.rude = server, answer, silent, rude
        self.received = b""
        self.stop = threading.Event()

    def serve(self) -> None:
        connection, _ = self.server.accept()
        with connection:
            if not self.rude:
                self.take(connection)
            connection.sendall(self.answer)
            if self.silent:
                self.stop.wait(30)

    def take(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while length := struct.unpack(">I", stream.read(4))[0]:
                self.received += stream.read(length)


@contextmanager
def daemon(server: socket.socket, answer: bytes, *, silent: bool = False, rude: bool = False) -> Iterator[Daemon]:
    speaker = Daemon(server, answer, silent=silent, rude=rude)
    server.listen()
    thread = threading.Thread(target=speaker.serve)
    thread.start()
    try:
        yield speaker
    finally:
        speaker.stop.set()
        thread.join()
        server.close()


def unix(path: Path) -> tuple[socket.socket, str]:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    return server, f"unix:{path}"


ANSWERS = {
    b"stream: OK\0": Verdict(Outcome.CLEAN),
    b"stream: Win.Test.EICAR_HDB-1 FOUND\0": Verdict(Outcome.INFECTED, "Win.Test.EICAR_HDB-1"),
    b"stream: OK FOUND\0": Verdict(Outcome.INFECTED, "OK"),
    b"INSTREAM size limit exceeded. ERROR\0": Verdict(Outcome.ERROR, "INSTREAM size limit exceeded. ERROR"),
    b"OK\0": Verdict(Outcome.ERROR, "OK"),
    b"stream: OK": Verdict(Outcome.ERROR, "ConnectionError"),
    b"": Verdict(Outcome.ERROR, "ConnectionError"),
    b"UNKNOWN COMMAND\0": Verdict(Outcome.ERROR, "UNKNOWN COMMAND"),
    b"x" * 5000: Verdict(Outcome.ERROR, "x" * 4096),
}


@pytest.mark.parametrize(("answer", "verdict"), ANSWERS.items())
def test_only_its_word_makes_a_file_clean(tmp_path: Path, answer: bytes, verdict: Verdict) -> None:
    server, address = unix(tmp_path / "s")
    with daemon(server, answer) as speaker:
        assert Clamd(address).scan(io.BytesIO(CONTENT)) == verdict
    assert speaker.received == CONTENT


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1")])
def test_it_is_reached_over_the_network(family: socket.AddressFamily, host: str) -> None:
    server = socket.socket(family)
    server.bind((host, 0))
    with daemon(server, b"stream: OK\0") as speaker:
        assert Clamd(f"{host}:{server.getsockname()[1]}").scan(io.BytesIO(CONTENT)).outcome == Outcome.CLEAN
    assert speaker.received == CONTENT


def test_silence_is_an_error(tmp_path: Path) -> None:
    server, address = unix(tmp_path / "s")
    with daemon(server, b"", silent=True):
        assert Clamd(address, seconds=0.2).scan(io.BytesIO(CONTENT)) == Verdict(Outcome.ERROR, "TimeoutError")


def test_drops_that_never_end_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part comes in time, all together do not."""
    server, address = unix(tmp_path / "s")
    times = iter([0, 1, 2, 61])  # the start, a chunk, two parts of the answer
    monkeypatch.setattr(antivirus, "monotonic", lambda: next(times))
    with daemon(server, b"stream: ", silent=True):
        assert Clamd(address, seconds=60).scan(io.BytesIO(b"x")) == Verdict(Outcome.ERROR, "TimeoutError")


def test_a_daemon_that_hangs_up_is_an_error(tmp_path: Path) -> None:
    server, address = unix(tmp_path / "s")
    with daemon(server, b"", rude=True):
        assert Clamd(address).scan(io.BytesIO(CONTENT * 40)).outcome == Outcome.ERROR


def test_no_daemon_is_an_error(tmp_path: Path) -> None:
    assert Clamd(f"unix:{tmp_path}/nobody").scan(io.BytesIO(CONTENT)).outcome == Outcome.ERROR


@pytest.mark.parametrize("address", ["", "host", "host:", ":3310", "host:x", "unix"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(ValueError, match="scanner"):
        Clamd(address)


def test_without_a_scanner_nothing_is_clean() -> None:
    assert NoScanner().scan(io.BytesIO(CONTENT)) == Verdict(Outcome.NOT_CONFIGURED)

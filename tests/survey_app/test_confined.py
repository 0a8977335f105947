"""Functions in a process of their own: what they take, what they break, what they can see."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from survey_app import confined
from survey_app.confined import Died, TooHeavy, call
from survey_app.errors import Unavailable

MEGABYTE = 1024 * 1024
ODD = """
import os, signal, sys, time
def back(content, *arguments): return content[::-1] + repr(arguments).encode()
def hungry(content): return bytes(2 * 2**30)[:1]
def endless(content):
    while True: pass
def asleep(content): time.sleep(600)
def broken(content): os.kill(os.getpid(), signal.SIGSEGV)
def faulty(content): raise ValueError("sai")
def writer(content):
    with open(content.decode(), "wb") as file: file.write(b"x")
def limited(content):
    import json, resource
    names = ("RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CORE")
    return json.dumps([resource.getrlimit(getattr(resource, name)) for name in names]).encode()
def nosy(content):
    import json
    modules = sorted({"flask", "sqlalchemy"} & set(sys.modules))
    return json.dumps([dict(os.environ), os.getcwd(), modules]).encode()
"""


def odd(name: str) -> Callable[..., bytes]:
    """A stand-in for a function of the program that lies in a module made for these tests."""

    def function(content: bytes) -> bytes:
        raise AssertionError("called outside")

    function.__module__, function.__qualname__ = "survey_app.odd", name
    return function


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.py").write_text(ODD)
    monkeypatch.setattr(confined, "__file__", str(tmp_path / "confined.py"))


def test_bytes_and_arguments_go_in_and_bytes_come_out() -> None:
    content = bytes(range(256)) * 4096
    assert call(odd("back"), content, "ế", 3) == content[::-1] + repr(("ế", 3)).encode()


def run(name: str, content: bytes = b"", **limits: Any) -> bytes:
    return call(odd(name), content, **limits)


def test_the_limits_cannot_be_raised_again() -> None:
    limits = json.loads(run("limited", cpu_seconds=7))
    assert limits == [[7, 7], [confined.MEMORY, confined.MEMORY], [0, 0], [0, 0]]


def test_memory_is_bounded() -> None:
    with pytest.raises(TooHeavy):
        run("hungry", memory=500 * MEGABYTE)


def test_work_is_bounded() -> None:
    with pytest.raises(TooHeavy):
        run("endless", cpu_seconds=1)


def test_waiting_is_bounded() -> None:
    with pytest.raises(TooHeavy):
        run("asleep", seconds=0.5)


def test_a_crash_stays_there() -> None:
    with pytest.raises(Died, match="SIGSEGV"):
        run("broken")


def test_a_process_that_reads_nothing_is_no_fault_here() -> None:
    with pytest.raises(Died):
        run("broken", bytes(20 * MEGABYTE))


def test_a_fault_of_the_function_is_one_of_the_program() -> None:
    with pytest.raises(RuntimeError, match="ValueError: sai"):
        run("faulty")


def test_files_are_not_written(tmp_path: Path) -> None:
    with pytest.raises((Died, RuntimeError)):
        run("writer", str(tmp_path / "written").encode())
    assert not (tmp_path / "written").exists() or (tmp_path / "written").read_bytes() == b""


def test_secrets_and_the_application_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    environment, folder, modules = json.loads(run("nosy"))
    assert {name for name in environment if not name.startswith("LC_")} == {"LANG"}
    assert (folder, modules) == ("/", [])


def test_no_process_left_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_arguments: object, **_options: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr(subprocess, "run", none)
    with pytest.raises(Unavailable):
        run("back")


def test_the_turn_is_given_back() -> None:
    for _ in range(2):
        with pytest.raises(Died):
            run("broken")
    assert run("back", b"ab") == b"ba()"

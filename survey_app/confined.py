"""A function called in a process of its own: little time, little memory, no files to write, no secrets.

What reads files of strangers runs there. A parser that loops, swallows memory or breaks takes no worker with it.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Semaphore

from survey_app.errors import Unavailable

CPU_SECONDS = 20
SECONDS = 60
MEMORY = 768 * 1024 * 1024
OUT_OF_MEMORY = 77
HEAVY = (OUT_OF_MEMORY, -signal.SIGXCPU, -signal.SIGKILL)
# One file at a time in each worker bounds the memory of all of them together.
_TURN = Semaphore(1)

# The package stands there as an empty name: its own start would bring the whole application along.
_START = f"""
import importlib, json, resource, sys, types
asked = json.loads(sys.argv[1])
for limit, most in asked["limits"].items():
    resource.setrlimit(getattr(resource, limit), (most, most))
package = sys.modules["survey_app"] = types.ModuleType("survey_app")
package.__path__ = [asked["package"]]
try:
    function = getattr(importlib.import_module(asked["module"]), asked["function"])
    result = function(sys.stdin.buffer.read(), *asked["arguments"])
    sys.stdout.buffer.write(result)
except MemoryError:
    sys.exit({OUT_OF_MEMORY})
"""


class TooHeavy(Exception):
    """The work needed more time or memory than a file may take."""


class Died(Exception):
    """The process was ended by a fault in it."""


def call(
    function: Callable[..., bytes],
    content: bytes,
    *arguments: str | int,
    cpu_seconds: int = CPU_SECONDS,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> bytes:
    """What a function at the top of a module makes of these bytes, computed in a confined process.

    Raises TooHeavy or Died for what the bytes did to it, Unavailable when no process could be started. What the
    function itself raises is a fault of the program (RuntimeError).
    """
    limits = {"RLIMIT_CPU": cpu_seconds, "RLIMIT_AS": memory, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": 64}
    asked = {
        "limits": limits,
        "package": str(Path(__file__).parent),
        "module": function.__module__,
        "function": function.__qualname__,
        "arguments": arguments,
    }
    command = [sys.executable, "-I", "-c", _START, json.dumps(asked)]
    with _TURN:
        try:
            done = subprocess.run(  # noqa: S603  # the program calls itself
                command, input=content, capture_output=True, timeout=seconds, env={"LANG": "C.UTF-8"}, cwd="/"
            )
        except subprocess.TimeoutExpired:
            raise TooHeavy from None
        except OSError as error:
            raise Unavailable("evidence") from error
    if done.returncode in HEAVY:
        raise TooHeavy
    if done.returncode < 0:
        raise Died(signal.Signals(-done.returncode).name)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout

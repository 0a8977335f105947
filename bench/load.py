"""A small closed-loop load client on loopback: each citizen opens a connection and makes one visit."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import psutil


@dataclass
class Answer:
    status: int
    location: str
    body: bytes


class Citizen:
    """One keep-alive connection without a cookie jar: citizens get no cookie."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __aenter__(self) -> "Citizen":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def get(self, path: str) -> Answer:
        return await self._send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\n\r\n")

    async def post(self, path: str, data: dict[str, str]) -> Answer:
        body = urlencode(data)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return await self._send(head + body)

    async def _send(self, text: str) -> Answer:
        self.writer.write(text.encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(head[0].split(" ")[1]), headers.get("location", ""), body)


Visit = Callable[[], Awaitable[None]]


@dataclass
class Result:
    """Visits of one level of concurrency; times in milliseconds."""

    clients: int
    seconds: float
    times: list[float] = field(default_factory=list)
    errors: int = 0
    server_cpu: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    @property
    def cpu(self) -> float:
        """Processor time of the server per visit, in milliseconds: steadier than rates on a busy machine."""
        return self.server_cpu / len(self.times) * 1000 if self.times else float("nan")

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


async def _level(visit: Visit, clients: int, seconds: float) -> Result:
    result = Result(clients, seconds)
    end = time.perf_counter() + seconds

    async def worker() -> None:
        while (start := time.perf_counter()) < end:
            try:
                await visit()
            except (OSError, AssertionError, asyncio.IncompleteReadError, StopIteration):
                result.errors += 1
                continue
            if time.perf_counter() <= end:
                result.times.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(worker() for _ in range(clients)))
    return result


def levels(visit: Visit, clients: tuple[int, ...], seconds: float, server: int) -> Iterator[Result]:
    """Run visits at each level of concurrency, after a warm-up; `server` is its process."""
    asyncio.run(_level(visit, 4, min(2.0, seconds)))
    for number in clients:
        before = _cpu(server)
        result = asyncio.run(_level(visit, number, seconds))
        result.server_cpu = _cpu(server) - before
        yield result


def _cpu(server: int) -> float:
    process = psutil.Process(server)
    return sum(sum(each.cpu_times()[:2]) for each in (process, *process.children(recursive=True)))

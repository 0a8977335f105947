"""Uploaded files on disk: unchanged, under random keys, each wholly there or not at all."""

import errno
import fcntl
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Protocol

from survey_app.errors import Rejected, Unavailable

KEY = re.compile(r"[0-9a-f]{32}")
CHUNK = 256 * 1024
UNFINISHED = ".part"
KEEP_FREE = 1024**3  # what the database can still grow by when no more files are taken
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class TooLarge(Rejected):
    """More bytes than a file may have; nothing of it was kept."""


class Full(Unavailable):
    """There is no room for it on the disk; nothing of it was kept."""


class Missing(Unavailable):
    """A file that should be in the store is not there, or is not a plain file."""


class Readable(Protocol):
    """What an upload is read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file as it lies in the store."""

    key: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphans:
    """Where files and rows disagree: keys of files that no row knows, and of rows whose file is gone."""

    files: frozenset[str]
    rows: frozenset[str]


class EvidenceStore:
    """A folder of files that only this program reads and nobody changes."""

    def __init__(self, folder: Path, *, keep_free: int = KEEP_FREE) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = Path(os.path.realpath(folder))
        self._root.chmod(0o700)
        self._keep_free = keep_free

    def put(self, stream: Readable, *, limit: int) -> Stored:
        """Keep what a stream holds, on disk for good when this returns.

        Raises TooLarge over the limit, Full or Unavailable when the disk cannot take it, and whatever the stream
        raises; in each case nothing is left. A process that is killed leaves a file for `sweep`.
        """
        with _disk():
            free = os.statvfs(self._root)
            if free.f_bavail * free.f_frsize < self._keep_free + limit:
                raise Full("evidence")
            key, descriptor = self._begin()
        part = self._part(key)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                stored = _copy(stream, file, key, limit)
                with _disk():
                    os.fchmod(file.fileno(), 0o400)
                    os.fsync(file.fileno())
                    self._settle(part, key)
        except BaseException:
            part.unlink(missing_ok=True)
            self._path(key).unlink(missing_ok=True)
            raise
        return stored

    def open(self, key: str) -> BufferedReader:
        """The stored file, for reading; Missing when it is not there."""
        path = self._path(key)
        try:
            if path.parent != Path(os.path.realpath(path.parent)):
                raise Missing("evidence")
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise Missing("evidence") from error
        if not _plain(os.fstat(descriptor)):
            os.close(descriptor)
            raise Missing("evidence")
        return os.fdopen(descriptor, "rb")

    def verify(self, key: str, sha256: str) -> bool:
        """Whether the stored file still has this hash; Missing when it is not there."""
        with self.open(key) as file:
            return secrets.compare_digest(hashlib.file_digest(file, "sha256").hexdigest(), sha256)

    def remove(self, key: str) -> None:
        """Take a file away: one that was refused, or that no row knows. Nothing happens when it is not there."""
        path = self._path(key)
        with _disk():
            if path.parent == Path(os.path.realpath(path.parent)):
                path.unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        """The keys of all stored files."""
        for folder, _folders, names in os.walk(self._root):
            for name in names:
                path = Path(folder, name)
                if KEY.fullmatch(name) and path == self._path(name) and _plain(path.lstat()):
                    yield name

    def orphans(self, known_keys: Iterable[str], *, before: datetime) -> Orphans:
        """Both kinds of disagreement with the rows. Files count when they are older than `before`: their row may
        be on its way.
        """
        known = frozenset(known_keys)
        stored = frozenset(self.keys())
        old = {key for key in stored - known if self._path(key).stat().st_mtime < before.timestamp()}
        return Orphans(files=frozenset(old), rows=known - stored)

    def sweep(self) -> list[str]:
        """Remove what uploads left whose process was killed, and tell the names; running uploads stay."""
        return [path.name for path in sorted(self._root.glob(f"*{UNFINISHED}")) if _abandoned(path)]

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise Missing("evidence")
        return self._root / key[:2] / key[2:4] / key

    def _part(self, key: str) -> Path:
        return self._root / f"{key}{UNFINISHED}"

    def _begin(self) -> tuple[str, int]:
        """A new file that is locked as long as its upload runs; a sweep between the two steps makes it try again."""
        while True:
            key = secrets.token_hex(16)
            descriptor = os.open(self._part(key), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:
                return key, descriptor
            os.close(descriptor)

    def _settle(self, part: Path, key: str) -> None:
        """Give a finished file its place; the names on the way are on disk before this returns."""
        path = self._path(key)
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        if path.parent != Path(os.path.realpath(path.parent)):
            raise Unavailable("evidence")
        part.rename(path)
        for folder in (path.parent, path.parent.parent, self._root):
            _sync(folder)


@contextmanager
def _disk() -> Iterator[None]:
    """Turns what the disk refuses into the errors of this store."""
    try:
        yield
    except OSError as error:
        raise (Full if error.errno in FULL else Unavailable)("evidence") from error


def _copy(stream: Readable, file: BinaryIO, key: str, limit: int) -> Stored:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge("file", problems={"file": "too_large"})
        digest.update(chunk)
        with _disk():
            _write(file, chunk)
    return Stored(key=key, sha256=digest.hexdigest(), size=size)


def _write(file: BinaryIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _plain(state: os.stat_result) -> bool:
    return stat.S_ISREG(state.st_mode)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _abandoned(path: Path) -> bool:
    """Whether nobody holds an unfinished file any more; it is removed then."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # finished meanwhile, or not a file of ours
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True

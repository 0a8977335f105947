"""The store of evidence: wholly there or not at all, whatever happens on the way."""

import datetime
import errno
import fcntl
import hashlib
import io
import os
import secrets
import signal
import stat
import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import pytest

from survey_app import evidence_store
from survey_app.config import ZONE
from survey_app.errors import Unavailable
from survey_app.evidence_store import CHUNK, EvidenceStore, Full, Missing, TooLarge

LIMIT = 20 * 1024 * 1024
CONTENT = "Quyết định số 12/QĐ-UBND".encode() * 40_000
LATER = datetime.datetime(2100, 1, 1, tzinfo=ZONE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def store(folder: Path) -> EvidenceStore:
    return EvidenceStore(folder, keep_free=0)


def put(store: EvidenceStore, content: bytes = CONTENT) -> str:
    return store.put(io.BytesIO(content), limit=LIMIT).key


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()]


def test_a_file_comes_back_as_it_was(store: EvidenceStore) -> None:
    stored = store.put(io.BytesIO(CONTENT), limit=len(CONTENT))
    assert (stored.size, stored.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    with store.open(stored.key) as file:
        assert file.read() == CONTENT
    assert store.verify(stored.key, stored.sha256)
    assert list(store.keys()) == [stored.key]


def test_keys_are_random_and_tell_nothing(store: EvidenceStore) -> None:
    keys = {put(store) for _ in range(20)}
    assert len(keys) == 20
    assert all(len(key) == 32 and hashlib.sha256(CONTENT).hexdigest()[:32] != key for key in keys)


def test_only_the_program_may_look(store: EvidenceStore, folder: Path) -> None:
    folder.chmod(0o755)
    key = put(EvidenceStore(folder, keep_free=0))
    path = folder / key[:2] / key[2:4] / key
    assert [stat.S_IMODE(part.stat().st_mode) for part in (folder, path.parent.parent, path.parent)] == [0o700] * 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_the_file_and_its_folders_are_on_disk_before_it_counts(
    store: EvidenceStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the content, then the name, then each folder on the way."""
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def note_sync(descriptor: int) -> None:
        steps.append(os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor}"), folder))
        fsync(descriptor)

    def note_rename(path: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "rename", note_rename)
    key = put(store)
    assert steps == [f"{key}.part", "rename", f"{key[:2]}/{key[2:4]}", key[:2], "."]


class Endless:
    """A stream that never ends and counts what was taken from it."""

    def __init__(self, size: int) -> None:
        self.left, self.taken = size, 0

    def read(self, size: int, /) -> bytes:
        chunk = bytes(min(size, self.left))
        self.left -= len(chunk)
        self.taken += len(chunk)
        return chunk


def test_200_megabytes_stop_at_the_limit_and_leave_nothing(store: EvidenceStore, folder: Path) -> None:
    stream = Endless(200 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        store.put(stream, limit=LIMIT)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stream.taken <= LIMIT + CHUNK
    assert most < 8 * CHUNK
    assert files(folder) == []


def test_one_byte_over_the_limit_is_too_much(store: EvidenceStore) -> None:
    with pytest.raises(TooLarge):
        store.put(io.BytesIO(b"12345"), limit=4)


class Dropped:
    """An upload whose connection breaks."""

    def __init__(self) -> None:
        self.parts = [b"first"]

    def read(self, _size: int, /) -> bytes:
        if self.parts:
            return self.parts.pop()
        raise ConnectionResetError


def test_a_broken_connection_leaves_nothing_and_stays_what_it_is(store: EvidenceStore, folder: Path) -> None:
    with pytest.raises(ConnectionResetError):
        store.put(Dropped(), limit=LIMIT)
    assert files(folder) == []


# Without the start of the whole application.
ALONE = f"""
import sys, types
package = sys.modules["survey_app"] = types.ModuleType("survey_app")
package.__path__ = [{str(Path(evidence_store.__file__).parent)!r}]
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from survey_app.evidence_store import EvidenceStore
class Stream:
    times = 0
    def read(self, size, /):
        self.times += 1
        if self.times == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return bytes(size)
EvidenceStore(Path(sys.argv[1]), keep_free=0).put(Stream(), limit=2**30)
"""


def test_a_killed_process_leaves_only_what_a_sweep_takes(store: EvidenceStore, folder: Path) -> None:
    key = put(store)
    died = subprocess.run([sys.executable, "-c", ALONE + KILLED, folder], check=False)
    assert died.returncode == -signal.SIGKILL
    left = [path for path in files(folder) if path.name != key]
    assert [path.suffix for path in left] == [".part"]
    assert left[0].stat().st_size == 4 * CHUNK
    assert list(store.keys()) == [key]
    assert store.sweep() == [left[0].name]
    assert [path.name for path in files(folder)] == [key]


FULL_DISK = """
import io, resource, signal, sys
from pathlib import Path
from survey_app.evidence_store import EvidenceStore, Full
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))
try:
    EvidenceStore(Path(sys.argv[1]), keep_free=0).put(io.BytesIO(bytes(2_000_000)), limit=2**30)
except Full:
    sys.exit(3)
"""


def test_a_file_that_the_system_cuts_short_is_told_and_gone(folder: Path) -> None:
    """The kernel takes 700,000 bytes and refuses the rest, also in the middle of a write."""
    assert subprocess.run([sys.executable, "-c", ALONE + FULL_DISK, folder], check=False).returncode == 3
    assert files(folder) == []


@pytest.mark.parametrize("step", ["write", "fchmod", "fsync", "open"])
@pytest.mark.parametrize(
    ("code", "expected"),
    [(errno.ENOSPC, Full), (errno.EDQUOT, Full), (errno.EIO, Unavailable), (errno.EROFS, Unavailable)],
)
def test_a_disk_that_refuses_is_told_and_nothing_is_left(
    store: EvidenceStore, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int, expected: type[Exception]
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(code, "refused")

    monkeypatch.setattr(*((evidence_store, "_write") if step == "write" else (os, step)), refuse)
    with pytest.raises(expected) as caught:
        put(store)
    monkeypatch.undo()
    assert type(caught.value) is expected
    assert files(folder) == []


def test_a_name_that_did_not_reach_the_disk_is_taken_back(
    store: EvidenceStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: Path) -> None:
        raise OSError(errno.EIO, "refused")

    monkeypatch.setattr(evidence_store, "_sync", refuse)
    with pytest.raises(Unavailable):
        put(store)
    assert files(folder) == []


def test_room_is_left_for_the_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted with the most that the upload may bring."""
    store = EvidenceStore(folder, keep_free=900)
    monkeypatch.setattr(os, "statvfs", lambda _folder: SimpleNamespace(f_bavail=100, f_frsize=10))
    with pytest.raises(Full):
        store.put(io.BytesIO(b"x"), limit=101)
    assert files(folder) == []
    assert store.put(io.BytesIO(b"x"), limit=100).size == 1


def test_running_uploads_are_not_swept(store: EvidenceStore, folder: Path) -> None:
    class Sweeping(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            swept.extend(store.sweep())
            return super().read(size)

    swept: list[str] = []
    stored = store.put(Sweeping(CONTENT), limit=LIMIT)
    assert swept == []
    assert store.verify(stored.key, stored.sha256)


def test_an_upload_that_a_sweep_meets_at_its_birth_begins_again(
    store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[int] = []
    lock = fcntl.flock

    def swept_before(descriptor: int, kind: int) -> None:
        if not met:
            met.append(descriptor)
            assert len(store.sweep()) == 1
        lock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", swept_before)
    assert store.verify(put(store), hashlib.sha256(CONTENT).hexdigest())


def test_a_sweep_leaves_what_is_not_of_this_store(store: EvidenceStore, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("x")
    (folder / "a.part").symlink_to(tmp_path / "other")
    assert store.sweep() == []
    assert (tmp_path / "other").exists()


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 32 + "\n", "0" * 33, "/" * 32])
def test_keys_that_are_none(store: EvidenceStore, key: str) -> None:
    for action in (store.open, store.remove, lambda key: store.verify(key, "")):
        with pytest.raises(Missing):
            action(key)


def test_a_file_that_is_not_there(store: EvidenceStore) -> None:
    with pytest.raises(Missing):
        store.open("0" * 32)
    store.remove("0" * 32)


def test_a_changed_file_is_found(store: EvidenceStore, folder: Path) -> None:
    key = put(store)
    path = folder / key[:2] / key[2:4] / key
    path.chmod(0o600)
    path.write_bytes(CONTENT + b"x")
    assert not store.verify(key, hashlib.sha256(CONTENT).hexdigest())


def test_planted_links_and_folders_are_not_followed(store: EvidenceStore, folder: Path, tmp_path: Path) -> None:
    key = put(store)
    path = folder / key[:2] / key[2:4] / key
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Missing):
        store.open(key)
    assert list(store.keys()) == []
    path.unlink()
    path.mkdir()
    with pytest.raises(Missing):
        store.open(key)


def test_a_planted_link_on_the_way_is_not_followed(
    store: EvidenceStore, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = put(store)
    (folder / key[:2]).rename(tmp_path / "moved")
    (folder / key[:2]).symlink_to(tmp_path / "moved")
    with pytest.raises(Missing):
        store.open(key)
    store.remove(key)
    assert (tmp_path / "moved" / key[2:4] / key).exists()
    monkeypatch.setattr(secrets, "token_hex", lambda _size: key[:4] + "0" * 28)
    with pytest.raises(Unavailable):
        put(store)


def test_what_was_removed_is_gone(store: EvidenceStore, folder: Path) -> None:
    store.remove(put(store))
    assert files(folder) == []


def test_both_kinds_of_orphans_are_found(store: EvidenceStore, folder: Path) -> None:
    known, unknown = put(store), put(store)
    (folder / "notes.txt").write_text("x")
    (folder / ("0" * 32)).write_text("not in its place")
    found = store.orphans([known, "f" * 32], before=LATER)
    assert found.files == {unknown}
    assert found.rows == {"f" * 32}


def test_a_file_whose_row_may_be_on_its_way_is_no_orphan(store: EvidenceStore, folder: Path) -> None:
    key = put(store)
    now = datetime.datetime(2026, 11, 20, 9, 0, tzinfo=ZONE)
    os.utime(folder / key[:2] / key[2:4] / key, (now.timestamp(), now.timestamp()))
    assert store.orphans([], before=now).files == frozenset()
    assert store.orphans([], before=now + datetime.timedelta(seconds=1)).files == {key}

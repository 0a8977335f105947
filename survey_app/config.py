"""Settings: read once from the environment, frozen, refused when unknown or unsafe."""

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PREFIX = "SURVEY_"
PLAIN = ("DATA_DIR", "DATABASE_URL", "BASE_URL", "SECRET_KEY", "AUDIT_KEY", "HOST", "PORT")
PREFIXED = (
    "SURVEY_MODE",
    "SURVEY_WORKERS",
    "SURVEY_THREADS",
    "SURVEY_PROXIES",
    "SURVEY_TRUSTED_HOSTS",
    "SURVEY_CLAMD",
    "SURVEY_EVIDENCE_MB",
)
NAMES = PLAIN + PREFIXED
SHORTEST_KEY = 32
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class UnsafeSetting(Exception):
    """A setting that stops the start; the message begins with its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation runs. Every name stands in the README's table."""

    data_dir: Path
    database_url: str
    base_url: str
    secret_key: str
    audit_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    workers: int = 2
    threads: int = 4
    proxies: int = 0
    trusted_hosts: tuple[str, ...] = ()
    clamd: str = ""
    evidence_mb: int = 2048

    @property
    def secure(self) -> bool:
        """Served over TLS: cookies are Secure and HSTS is sent."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the environment; UnsafeSetting names what is unknown, malformed, missing or unsafe."""
        for name in environ:
            if name.startswith(PREFIX) and name not in PREFIXED:
                raise UnsafeSetting(f"{name}: unknown setting (known: {', '.join(NAMES)})")
        mode = environ.get("SURVEY_MODE", "production")
        if mode not in ("production", "demo"):
            raise UnsafeSetting("SURVEY_MODE: must be production or demo")
        demo = mode == "demo"
        data_dir = Path(environ.get("DATA_DIR", "data")).resolve()
        port = _number(environ, "PORT", 8000, 1, 65535)
        keys = demo_keys(data_dir) if demo else {}
        base_url = _base_url(environ.get("BASE_URL", f"http://127.0.0.1:{port}" if demo else ""), demo=demo)
        return cls(
            data_dir=data_dir,
            database_url=_database_url(environ.get("DATABASE_URL", f"sqlite:///{data_dir / 'survey.sqlite3'}")),
            base_url=base_url,
            secret_key=_key(environ, "SECRET_KEY", keys),
            audit_key=_key(environ, "AUDIT_KEY", keys),
            host=environ.get("HOST", "127.0.0.1"),
            port=port,
            demo=demo,
            workers=_number(environ, "SURVEY_WORKERS", 2, 1, 64),
            threads=_number(environ, "SURVEY_THREADS", 4, 1, 64),
            proxies=_number(environ, "SURVEY_PROXIES", 0, 0, 5),
            trusted_hosts=_hosts(base_url, environ.get("SURVEY_TRUSTED_HOSTS", "")),
            clamd=_scanner(environ.get("SURVEY_CLAMD", "")),
            evidence_mb=_number(environ, "SURVEY_EVIDENCE_MB", 2048, 1, 1_000_000),
        )


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise UnsafeSetting(f"{name}: must be a whole number from {least} to {most}")
    return int(text)


def _base_url(text: str, *, demo: bool) -> str:
    """The address that QR codes and links are built from."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # reading it finds one out of range
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc):
        raise UnsafeSetting("BASE_URL: must be the public address, for example https://hailong.example.gov.vn")
    if parts.query or parts.fragment:
        raise UnsafeSetting("BASE_URL: must have no query")
    if parts.path.strip("/"):
        raise UnsafeSetting("BASE_URL: must have no path")
    if parts.scheme == "http" and not demo and parts.hostname not in LOOPBACK:
        raise UnsafeSetting("BASE_URL: must be https outside the demo")
    return f"{parts.scheme}://{parts.netloc}"


def _database_url(text: str) -> str:
    if not re.match(r"sqlite:///.|postgresql(\+psycopg)?://.", text):
        raise UnsafeSetting("DATABASE_URL: must begin with sqlite:/// or postgresql+psycopg://")
    return text


def _scanner(address: str) -> str:
    if address and not re.fullmatch(r"unix:/.+|[\w.:\[\]-]+:[0-9]{1,5}", address):
        raise UnsafeSetting("SURVEY_CLAMD: must be unix:/path/of/socket or host:port")
    return address


def _hosts(base_url: str, more: str) -> tuple[str, ...]:
    own = urlsplit(base_url).hostname or ""
    return tuple(dict.fromkeys([own, *LOOPBACK[:2], *(host for host in more.replace(",", " ").split())]))


def _key(environ: Mapping[str, str], name: str, generated: Mapping[str, str]) -> str:
    """A secret that is long and not made of one thing; never a default."""
    key = environ.get(name) or generated.get(name, "")
    if len(key) < SHORTEST_KEY or len(set(key)) < 10:
        raise UnsafeSetting(f"{name}: must be a random text of at least {SHORTEST_KEY} characters")
    if environ.get("SECRET_KEY") and environ.get("SECRET_KEY") == environ.get("AUDIT_KEY"):
        raise UnsafeSetting("AUDIT_KEY: must differ from SECRET_KEY")
    return key


def demo_keys(data_dir: Path) -> Mapping[str, str]:
    """The keys of a demo, drawn at its first start and kept beside its data for its owner alone."""
    path = data_dir / "demo-keys.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        keys = {name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "AUDIT_KEY")}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(keys, file)
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded

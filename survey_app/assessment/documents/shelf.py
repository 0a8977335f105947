"""Where evidence lies: the store, the pictures drawn of it, the scanner, and how much a unit may keep."""

from dataclasses import dataclass
from pathlib import Path

from survey_app.antivirus import Clamd, NoScanner, Scanner
from survey_app.config import Settings
from survey_app.evidence_store import EvidenceStore
from survey_app.models.evidence import CLEAN, INFECTED

SECONDS = 20.0  # a person waits for this scan; the worker scans again what took longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The parts that keep and check files; ``scanning`` says that a scanner is set up, ``quota`` is in bytes."""

    store: EvidenceStore
    pictures: Path
    scanner: Scanner
    scanning: bool
    quota: int

    @classmethod
    def of(cls, settings: Settings) -> "Shelf":
        """The shelf of an installation."""
        return cls(
            store=EvidenceStore(settings.data_dir / "evidence"),
            pictures=settings.data_dir / "evidence-pictures",
            scanner=Clamd(settings.clamd, seconds=SECONDS) if settings.clamd else NoScanner(),
            scanning=bool(settings.clamd),
            quota=settings.evidence_mb * 1024 * 1024,
        )

    def given_out(self, scan: str) -> bool:
        """Whether a file with this verdict may be looked at: with a scanner only what it found clean."""
        return scan == CLEAN if self.scanning else scan != INFECTED

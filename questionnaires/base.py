"""What every definition shares: frozen strict models, bilingual text, sources with their standing."""

import datetime
import unicodedata
from collections.abc import Container, Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Place = tuple[str | int, ...]  # where a value stands inside a model, e.g. ("sections", 2, "items", 0)


def problem(vi: str, en: str, at: Place = ()) -> PydanticCustomError:
    """A rule that the data break, said in both languages; raise it inside a validator of the model that `at` is in."""
    return PydanticCustomError("definition", "{vi} | {en}", {"vi": vi, "en": en, "at": at})


def refuse(found: Iterable[PydanticCustomError]) -> None:
    """Raise all of these problems at once, if there are any; for use inside a validator."""
    faults = [InitErrorDetails(type=each, input=None) for each in found]
    if faults:
        raise ValidationError.from_exception_data("definition", faults)


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise problem("không được để trống", "must not be empty")
    return text


Line = Annotated[str, AfterValidator(_clean)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=40)]


class Model(BaseModel):
    """Frozen, and strict about names: a misspelt key is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=4000)


class Text(Model):
    """The same words in each language of the program."""

    vi: Line
    en: Line

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.vi


class Source(Model):
    """An official document, and whether its own text was read.

    ``verified: false`` means that the text was not found; pages and reports say so.
    """

    title: Line
    number: Line | None = None
    date: datetime.date | None = None
    issuer: Line | None = None
    verified: bool
    note: Line | None = None


class Definition(Model):
    """The head of every definition file."""

    schema_version: Literal[1] = 1
    id: Key
    version: Annotated[int, Field(ge=1)]
    title: Text
    legal_basis: tuple[Source, ...] = ()

    @property
    def ref(self) -> str:
        """``id@version``, by which everything else names this definition."""
        return f"{self.id}@{self.version}"


def members(name: str, values: Iterable[str]) -> Iterator[tuple[Place, str]]:
    """Each value with its place in the list of that name."""
    return (((name, at), value) for at, value in enumerate(values))


def unique(values: Iterable[tuple[Place, str]], vi: str, en: str) -> None:
    """Refuse a list that names something twice."""
    seen: set[str] = set()
    for at, value in values:
        if value in seen:
            raise problem(f"{vi} bị trùng: {value}", f"duplicate {en}: {value}", at)
        seen.add(value)


def known(values: Iterable[tuple[Place, str]], names: Container[str], vi: str, en: str) -> None:
    """Refuse a reference to something that is not there."""
    for at, value in values:
        if value not in names:
            raise problem(f"không có {vi} {value}", f"no {en} {value}", at)

"""Words of the citizen pages in another language: Vietnamese is the message, a catalogue translates it."""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from flask import Flask, g

CATALOGUES = Path(__file__).parent / "translations"
LANGUAGES = ("vi", "en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Message to translation; empty for Vietnamese, which is the source."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}


def language() -> str:
    """The language of this request."""
    chosen: str = g.get("language", "vi")
    return chosen


def translate(message: str) -> str:
    return catalogue(language()).get(message, message)


def choose(code: str | None) -> str:
    """Set the language of this request; anything unknown is Vietnamese."""
    g.language = code if code in LANGUAGES else "vi"
    return language()


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # The extension adds this method to the environment when it is loaded.
    install = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(translate, lambda one, many, n: translate(one), newstyle=True)
    app.context_processor(lambda: {"language": language()})

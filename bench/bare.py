"""The ceiling of the server: one Flask view that returns a page of fixed size, under the same gunicorn."""

import os

from flask import Flask

from survey_app.config import Settings
from survey_app.server import Server

PAGE = "<!doctype html><title>bare</title>" + "<p>Xin chào</p>" * 100


class Bare(Server):
    def load(self) -> Flask:
        app = Flask("bare")
        app.add_url_rule("/", view_func=lambda: PAGE)
        return app

    def load_config(self) -> None:
        super().load_config()
        self.cfg.set("post_fork", lambda _server, _worker: None)


Bare(Settings.from_env(os.environ)).run()

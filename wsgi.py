"""Settings from the environment, one application: for any WSGI server."""

import os

from survey_app import create_app
from survey_app.config import Settings

app = create_app(Settings.from_env(os.environ))

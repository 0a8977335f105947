"""Starts the command line: ``python -m scoring``."""

import sys

from scoring.command.running import run

ended = run(sys.argv[1:])
# Always UTF-8, whatever the locale of an office computer says.
sys.stdout.buffer.write(ended.output.encode())
sys.stderr.buffer.write(ended.errors.encode())
sys.exit(ended.status)

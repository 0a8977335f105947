"""Definitions as versioned, dated data, and the reader that refuses a broken one.

YAML files enter; frozen, hashed models leave. Knows nothing of the web, the database or statistics.
"""

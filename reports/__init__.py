"""Finished results in, documents out: PDF, spreadsheets, QR sheets, charts.

Content objects enter, bytes leave. Nothing here asks the database or computes a score.
"""

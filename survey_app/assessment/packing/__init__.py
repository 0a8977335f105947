"""A package of a unit's or field's evidence: made by the worker, sent in parts, checked by a command."""

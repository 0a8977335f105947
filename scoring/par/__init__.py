"""The PAR Index: rules and criteria trees as plain data in, exact points with their reasons out.

Points are `Decimal` and `Fraction`; only uncertainty and ranks by simulation are in floats.
"""

"""Pure statistics of satisfaction: counts in, estimates with uncertainty and verdicts out.

Nobody enters but plain numbers and numpy arrays; frozen results leave.
Each module is imported by its own name, so that a caller pays only for what it uses.
"""

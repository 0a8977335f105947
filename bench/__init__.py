"""Figures and ratios, printed side by side in one run; never asserted in tests. See docs/bench.md."""

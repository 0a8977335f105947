"""python -m bench [coverage|flow|reports|scoring] [--quick]"""

import argparse

from bench import coverage, flow, reports, scoring

RUNS = {"coverage": coverage.run, "flow": flow.run, "scoring": scoring.run, "reports": reports.run}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="Figures and ratios of this machine, in one run.")
    parser.add_argument("name", nargs="?", choices=sorted(RUNS), help="one benchmark; all when left out")
    parser.add_argument("--quick", action="store_true", help="shorter, noisier")
    given = parser.parse_args()
    for name in [given.name] if given.name else sorted(RUNS):
        RUNS[name](quick=given.quick)


main()

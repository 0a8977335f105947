"""python -m bench [NAME] [--quick]"""

import argparse

from bench import (
    board,
    coverage,
    coverage_combined,
    coverage_importance,
    coverage_ranks,
    design,
    disclosure,
    flow,
    integrity,
    package,
    panel,
    par_reports,
    ranks,
    reports,
    scoring,
    sequential,
)

RUNS = {
    "board": board.run,
    "coverage": coverage.run,
    "coverage_combined": coverage_combined.run,
    "coverage_importance": coverage_importance.run,
    "coverage_ranks": coverage_ranks.run,
    "design": design.run,
    "disclosure": disclosure.run,
    "flow": flow.run,
    "integrity": integrity.run,
    "package": package.run,
    "panel": panel.run,
    "par_reports": par_reports.run,
    "ranks": ranks.run,
    "reports": reports.run,
    "scoring": scoring.run,
    "sequential": sequential.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="Figures and ratios of this machine, in one run.")
    parser.add_argument("name", nargs="?", choices=sorted(RUNS), help="one benchmark; all when left out")
    parser.add_argument("--quick", action="store_true", help="shorter, noisier")
    given = parser.parse_args()
    for name in [given.name] if given.name else sorted(RUNS):
        RUNS[name](quick=given.quick)


main()

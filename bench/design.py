"""Design-based rates of 200 units on clustered rows, beside svy, samplics, statsmodels and R survey.

Each engine runs in a process of its own on the same synthetic answers: 50 strata, 2,000 communes as
PSUs, 200 units that cross them, weights. What is timed is everything from columns in memory to rates,
standard errors and logit intervals of all units. Engines that are not installed are named as such.
Also run alone, by an interpreter that has them: python -m bench.design [--quick]
"""

import argparse
import importlib
import importlib.util
import json
import multiprocessing
import resource
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from scoring.sampling.design import survey_design
from scoring.sampling.intervals import xlogit
from scoring.sampling.linearised import rates
from scoring.sampling.partition import partition

UNITS, PSUS, STRATA = 200, 2_000, 50
BUDGET = 8  # seconds: each engine shows the best of the runs that fit, at least one
Answer = dict[str, Any]  # seconds, peak MB, and lists over units: est, se, and lower, upper where there are

R_SCRIPT = """
suppressMessages(library(survey))
at <- commandArgs(TRUE)
d <- read.csv(at[1])
seconds <- system.time({
  des <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d)
  got <- svyby(~y, ~unit, des, svyciprop, vartype = "ci", method = "xlogit")
})[["elapsed"]]
se <- svyby(~y, ~unit, des, svymean)
json <- function(x) paste0("[", paste(sprintf("%.15g", x), collapse = ","), "]")
cat(sprintf('{"seconds": %f, "peak": %f, "est": %s, "se": %s, "lower": %s, "upper": %s}', seconds, sum(gc()[, 6]),
            json(coef(got)), json(SE(se)), json(got[["ci_l"]]), json(got[["ci_u"]])), file = at[2])
"""


def data(rows: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2026)
    psu = rng.integers(0, PSUS, rows)
    return {
        "stratum": psu * STRATA // PSUS,
        "psu": psu,
        "unit": rng.integers(0, UNITS, rows),
        "weight": rng.uniform(0.5, 4, rows).round(3),
        "y": rng.random(rows) < rng.beta(18, 2, PSUS)[psu],
    }


def ours(columns: dict[str, np.ndarray], *, strata: bool = True) -> Answer:
    stratum = columns["stratum"] if strata else None
    cells = partition(survey_design(columns["weight"], stratum=stratum, psu=columns["psu"]), columns["unit"])
    found = rates(cells, columns["y"])
    lower, upper = xlogit(found)
    return {"est": found.value, "se": found.se, "lower": lower, "upper": upper}


def ours_without_strata(columns: dict[str, np.ndarray]) -> Answer:
    return ours(columns, strata=False)


def svy_prop(columns: dict[str, np.ndarray]) -> Answer:
    svy, polars = importlib.import_module("svy"), importlib.import_module("polars")
    return _svy(svy, polars, columns, "prop")


def svy_mean(columns: dict[str, np.ndarray]) -> Answer:
    svy, polars = importlib.import_module("svy"), importlib.import_module("polars")
    return _svy(svy, polars, columns, "mean")


def _svy(svy: Any, polars: Any, columns: dict[str, np.ndarray], kind: str) -> Answer:
    frame = polars.DataFrame({**columns, "y": columns["y"].astype(float)})
    start = time.perf_counter()
    sample = svy.Sample(frame, svy.Design(stratum="stratum", psu="psu", wgt="weight"))
    found = getattr(sample.estimation, kind)("y", by="unit").to_polars()
    seconds = time.perf_counter() - start
    if kind == "prop":
        found = found.filter(polars.col("y") == 1)
        limits = {"lower": found["lci"].to_numpy(), "upper": found["uci"].to_numpy()}
    else:
        limits = {}
    return {"seconds": seconds, "est": found["est"].to_numpy(), "se": found["se"].to_numpy(), **limits}


def samplics_mean(columns: dict[str, np.ndarray]) -> Answer:
    estimation = importlib.import_module("samplics.estimation")
    kind = importlib.import_module("samplics").PopParam.mean
    start = time.perf_counter()
    found = estimation.TaylorEstimator(kind)
    found.estimate(
        y=columns["y"].astype(float),
        samp_weight=columns["weight"],
        stratum=columns["stratum"],
        psu=columns["psu"],
        domain=columns["unit"],
    )
    seconds = time.perf_counter() - start
    keys = sorted(found.point_est)
    return {"seconds": seconds, "est": [found.point_est[k] for k in keys], "se": [found.stderror[k] for k in keys]}


def statsmodels_wls(columns: dict[str, np.ndarray]) -> Answer:
    """Regression on the units with cluster-robust errors: the linearised variance of a design without strata."""
    api = importlib.import_module("statsmodels.api")
    start = time.perf_counter()
    dummies = np.zeros((len(columns["y"]), UNITS))
    dummies[np.arange(len(dummies)), columns["unit"]] = 1
    model = api.WLS(columns["y"].astype(float), dummies, weights=columns["weight"])
    found = model.fit(cov_type="cluster", cov_kwds={"groups": columns["psu"], "use_correction": False})
    se = found.bse * np.sqrt(PSUS / (PSUS - 1))
    return {"seconds": time.perf_counter() - start, "est": found.params, "se": se}


def r_survey(columns: dict[str, np.ndarray]) -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        table, script, out = (Path(folder) / name for name in ("rows.csv", "run.R", "out.json"))
        names = ("stratum", "psu", "unit", "weight", "y")
        rows = np.column_stack([columns[name].astype(float) for name in names])
        np.savetxt(table, rows, fmt="%.10g", delimiter=",", header=",".join(names), comments="")
        script.write_text(R_SCRIPT, "utf-8")
        subprocess.run([_rscript(), str(script), str(table), str(out)], check=True)
        return json.loads(out.read_text("utf-8"))


ENGINES: tuple[tuple[str, str, Callable[[dict[str, np.ndarray]], Answer], int], ...] = (
    ("svy prop (logit)", "svy", svy_prop, 10**6),
    ("svy mean (t)", "svy", svy_mean, 10**6),
    ("samplics mean", "samplics", samplics_mean, 10**6),
    ("R svyciprop xlogit", "Rscript", r_survey, 10**6),
    ("statsmodels WLS, no strata", "statsmodels", statsmodels_wls, 10**5),
)


def run(*, quick: bool) -> None:
    print(f"\ndesign: rates, standard errors and logit intervals of {UNITS} units, {PSUS:,} PSUs in {STRATA} strata")
    print("rows      | engine                     | seconds | ratio | peak MB | largest difference of est, se, limits")
    for rows in (10**5,) if quick else (10**5, 10**6):
        mine = _alone(ours, rows)
        _line(rows, "scoring", mine, mine)
        for name, needs, engine, most in ENGINES:
            if not _installed(needs):
                print(f"{rows:9,} | {name:26} | {needs} is not installed")
            elif rows > most:
                print(f"{rows:9,} | {name:26} | not run: needs a matrix of rows x units")
            else:
                like = _alone(ours_without_strata, rows) if needs == "statsmodels" else mine
                _line(rows, name, _alone(engine, rows), like)


def _installed(name: str) -> bool:
    if name == "Rscript":
        return _rscript() != ""
    return importlib.util.find_spec(name) is not None


def _rscript() -> str:
    return shutil.which("Rscript") or ""


def _line(rows: int, name: str, found: Answer, mine: Answer) -> None:
    gaps = [np.abs(np.asarray(found[k]) - mine[k]).max() for k in ("est", "se", "lower", "upper") if k in found]
    ratio = found["seconds"] / mine["seconds"]
    print(
        f"{rows:9,} | {name:26} | {found['seconds']:7.3f} | {ratio:5.0f} | {found['peak']:7.0f} | "
        + ", ".join(f"{gap:.0e}" for gap in gaps)
    )
    assert gaps[0] < 1e-9, "another rate"
    assert gaps[1] < 1e-9, "another standard error"


def _alone(engine: Callable[[dict[str, np.ndarray]], Answer], rows: int) -> Answer:
    """Run an engine in a fresh process, so that its peak of memory is its own (with the columns)."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (engine, rows))


def _measured(engine: Callable[[dict[str, np.ndarray]], Answer], rows: int) -> Answer:
    warnings.simplefilter("ignore")  # other packages speak of their own future
    columns = data(rows)
    best: Answer = {}
    end = time.perf_counter() + BUDGET
    while not best or time.perf_counter() < end:
        start = time.perf_counter()
        found = engine(columns)
        found.setdefault("seconds", time.perf_counter() - start)
        best = found if not best or found["seconds"] < best["seconds"] else best
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"peak": peak, **best}  # R says its own peak


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.design")
    parser.add_argument("--quick", action="store_true", help="100,000 rows only")
    run(quick=parser.parse_args().quick)

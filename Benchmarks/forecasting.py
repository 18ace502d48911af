"""Day-ahead forecasts of an electric load (PJM, the last 365 days) against statsforecast and LightGBM.

Every contestant forecasts 24 hours at each of 365 days, one after the other, and is fitted anew each 29 days. LightGBM gets the features of our ridge
regression: the last 168 hours relative to the mean of the last day, that mean, three sines and cosines of the year and the weekday, on logarithms; one
model of 150 trees with 15 leaves for each hour ahead.

statsforecast and LightGBM are in Benchmarks/requirements.txt, which `make` does not install: without them their rows are left out.
"""

import csv
import json
import os
import pathlib
import subprocess
import time
from datetime import datetime, timedelta

import numpy as np

import table

HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path(os.environ.get("EDGESH_SHARED_DATA", HERE.parent.parent / "shared" / "data"))
LOAD = DATA / "datasets" / "pjm_load" / "PJM_Load_hourly.csv"
DAYS, REFIT, LAGS, WINDOW = 365, 29, 168, 1440


def load():
    """Times and values on the full grid; a missing hour takes the value of the day before."""
    with open(LOAD, encoding="utf-8") as file:
        rows = {datetime.fromisoformat(row[0]): float(row[1]) for row in list(csv.reader(file))[1:]}
    first, last = min(rows), max(rows)
    times = [first + timedelta(hours=hour) for hour in range(int((last - first).total_seconds() // 3600) + 1)]
    values = []
    for index, moment in enumerate(times):
        values.append(rows.get(moment, values[index - 24] if index >= 24 else float("nan")))
    return times, np.array(values)


def errors(values, forecasts):
    truth = values[-DAYS * 24:]
    return float(np.mean(np.abs(truth - forecasts) / truth))


def ours(edgesh):
    script = (
        f'print(to_json(backtest(series("{LOAD}"), models: ["ets", "theta", "ridge"], horizon: 24, folds: {DAYS}, '
        f'refit: {REFIT}).models))'
    )
    output = subprocess.run([edgesh, "-e", script], capture_output=True, text=True, check=True).stdout
    found = next(line for line in output.splitlines() if line.startswith("["))
    return [
        ("edgesh " + entry["model"], entry["mape"], entry["time"], entry["coverage_80"], entry["coverage_95"])
        for entry in json.loads(found)
    ]


def statsforecasts(values):
    from statsforecast.models import AutoETS, AutoTheta, SeasonalNaive

    result = []
    for name, make in (("SeasonalNaive", SeasonalNaive), ("AutoETS", AutoETS), ("AutoTheta", AutoTheta)):
        began, forecasts, model = time.process_time(), [], None
        for day in range(DAYS):
            origin = len(values) - (DAYS - day) * 24
            if day % REFIT == 0:
                model = make(season_length=24).fit(values[origin - WINDOW:origin])
                forecasts.append(model.predict(h=24)["mean"])
            else:
                forecasts.append(model.forward(values[origin - WINDOW:origin], h=24)["mean"])
        result.append(("statsforecast " + name, errors(values, np.concatenate(forecasts)), time.process_time() - began))
    return result


def boosted(times, values):
    import lightgbm

    logarithms = np.log(values)

    def features(origins):
        rows = []
        for origin in origins:
            lags = logarithms[origin - LAGS:origin]
            level = lags[-24:].mean()
            moment = times[origin]
            year = 2 * np.pi * moment.timestamp() / 31_556_952
            waves = [wave(k * year) for k in (1, 2, 3) for wave in (np.sin, np.cos)]
            rows.append([*(lags - level), level, *waves, *(float(day == moment.weekday()) for day in range(1, 7))])
        rows = np.array(rows)
        return rows, rows[:, LAGS:LAGS + 1]

    began, forecasts = time.process_time(), []
    settings = {
        "objective": "l2", "learning_rate": 0.05, "num_leaves": 15, "max_bin": 63, "num_threads": 1, "verbose": -1,
        "force_col_wise": True,
    }
    for first in range(0, DAYS, REFIT):
        origin = len(values) - (DAYS - first) * 24
        known = range(origin - 24, LAGS, -24)
        x, level = features(known)
        y = np.array([logarithms[start:start + 24] for start in known]) - level
        ahead, its_level = features([origin + 24 * day for day in range(min(REFIT, DAYS - first))])
        found = np.zeros((len(ahead), 24))
        for hour in range(24):
            model = lightgbm.train(settings, lightgbm.Dataset(x, y[:, hour]), 150)
            found[:, hour] = model.predict(ahead)
        forecasts.append(np.exp(found + its_level).ravel())
    return [("LightGBM, the same features", errors(values, np.concatenate(forecasts)), time.process_time() - began)]


def run(edgesh):
    if not LOAD.exists():
        print(f"\nForecasting: skipped, there is no {LOAD}")
        return
    times, values = load()
    rows, notes = ours(edgesh), []
    for peer, measure in (("statsforecast", lambda: statsforecasts(values)), ("lightgbm", lambda: boosted(times, values))):
        try:
            rows += measure()
        except ImportError:
            notes.append(f"{peer} is not installed: pip install -r Benchmarks/requirements.txt")
    notes.append("seconds: processor time of fits and forecasts; ours hold the forecasts that the intervals are made of, too")
    table.show(
        f"Forecasting: PJM load a day ahead, {DAYS} days, fitted anew each {REFIT} days",
        ["model", "MAPE", "seconds", "in 80 %", "in 95 %"],
        [
            [row[0], f"{row[1] * 100:.2f} %", f"{row[2]:.2f}", *(f"{share * 100:.1f} %" for share in row[3:]),
             *([""] * (5 - len(row)))]
            for row in rows
        ],
        notes,
    )

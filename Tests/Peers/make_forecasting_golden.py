"""Writes Tests/EdgeForecastingTests/Golden: what statsforecast, SciPy and NumPy make of small series and signals.

Run it with the packages of Benchmarks/requirements.txt installed:

    python Tests/Peers/make_forecasting_golden.py ../shared/data/datasets/small_series

The series are those of that folder (AirPassengers, monthly sunspots, daily temperatures; Apache-2.0, classical public data), the last part of
each; they stand in the golden file, so that the tests need neither the folder nor the packages.
"""

import csv
import json
import pathlib
import sys

import numpy as np
import scipy
import scipy.signal
import statsforecast
from statsforecast.ets import ets_f, etssimulate, switch
from statsforecast.theta import auto_theta, forecast_theta

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "EdgeForecastingTests" / "Golden"
STEPS = 12


def series(folder):
    def last_column(name, count):
        with open(folder / name, encoding="utf-8") as file:
            return [float(row[-1]) for row in list(csv.reader(file))[1:] if row and row[-1]][-count:]

    return [
        ("AirPassengers", 12, last_column("AirPassengers.csv", 144)),
        ("sunspots", 12, [value + 10 for value in last_column("monthly-sunspots.csv", 240)]),
        ("temperatures", 7, last_column("temps.csv", 210)),
    ]


def ets(values, season, model, damped):
    fit = ets_f(np.array(values), season, model=model, damped=damped)
    alpha, beta, gamma, phi = fit["par"][:4]
    states = fit["par"][4:]
    has_trend = fit["components"][1] != "N"
    figures = list(states[1 + has_trend:])
    # The mean of the values to come, step by step: statsforecast's own shortcut weighs a damped trend differently from its model
    # from the second step on.
    forecast = np.zeros(STEPS)
    components = [switch(component) for component in fit["components"][:3]]
    etssimulate(
        fit["states"][-1], season, *components, alpha, beta if has_trend else 0, 0 if np.isnan(gamma) else gamma,
        1 if np.isnan(phi) else phi, STEPS, forecast, np.zeros(STEPS))
    # statsforecast lists the latest figure first, we the first one.
    number = lambda value, default: default if np.isnan(value) else float(value)
    return {
        "form": fit["method"],
        "alpha": float(alpha), "beta": number(beta, 0), "gamma": number(gamma, 0), "phi": number(phi, 1),
        "level": float(states[0]), "slope": float(states[1]) if has_trend else 0,
        "figures": [float(value) for value in figures[::-1]],
        "deviance": float(-2 * fit["loglik"]), "aicc": float(fit["aicc"]),
        "forecast": forecast.tolist(),
    }


def theta(values, season, model):
    fit = auto_theta(np.array(values), season, model=model)
    return {
        "form": fit["modeltype"], "seasonal": fit.get("decomposition_type", "none") if fit.get("decompose") else "none",
        "level": float(fit["par"]["initial_smoothed"]), "alpha": float(fit["par"]["alpha"]),
        "theta": float(fit["par"]["theta"]), "error": float(fit["mse"]),
        "forecast": [float(value) for value in forecast_theta(fit, STEPS)["mean"]],
    }


def models(folder):
    result = []
    for name, season, values in series(folder):
        forms = [("ANN", False), ("AAN", False), ("AAN", True), ("MAN", False), ("ANA", False), ("AAA", True),
                 ("MNM", False), ("MAM", True)]
        result.append({
            "name": name, "season": season, "values": values,
            "ets": [ets(values, season, form, damped) for form, damped in forms],
            "autoETS": ets(values, season, "ZZZ", None),
            "theta": [theta(values, season, form) for form in ("STM", "OTM", "DSTM", "DOTM")],
            "autoTheta": theta(values, season, None),
        })
    return result


def signal(count):
    """The same signal is made by SpectrumTests.swift."""
    time = np.arange(count)
    return np.sin(0.7 * time) + 0.5 * np.cos(0.13 * time + 1) + 0.001 * (time * time % 17)


def spectra():
    result = {"transforms": [], "welch": [], "envelopes": []}
    for count in (1, 2, 3, 8, 12, 17, 100, 101, 128, 255):
        transform = np.fft.fft(signal(count))
        result["transforms"].append({
            "count": count, "real": transform.real.tolist(), "imaginary": transform.imag.tolist()})
    for count, segment, window, rate in ((300, 64, "hann", 50.0), (257, 101, "hamming", 1.0), (128, 128, "boxcar", 8.0)):
        _, density = scipy.signal.welch(
            signal(count), fs=rate, window=window, nperseg=segment, noverlap=int(0.5 * segment), detrend="constant")
        result["welch"].append({
            "count": count, "segment": segment, "window": window, "rate": rate, "values": density.tolist()})
    for count in (64, 99):
        result["envelopes"].append({
            "count": count, "values": np.abs(scipy.signal.hilbert(signal(count))).tolist()})
    return result


def ridge():
    """Weights by the normal equations on standardised features, as the textbooks have them."""
    generator = np.random.default_rng(7)
    features = generator.normal(size=(40, 5)) * [1, 10, 0.1, 3, 1] + [0, 5, 0, -2, 1]
    targets = features @ generator.normal(size=(5, 2)) + generator.normal(size=(40, 2)) + 3
    probe = generator.normal(size=(3, 5))
    predictions = {}
    for penalty in (1e-6, 0.01, 1.0):
        mean, deviation = features.mean(0), features.std(0)
        x = (features - mean) / deviation
        weights = np.linalg.solve(x.T @ x + penalty * 40 * np.eye(5), x.T @ (targets - targets.mean(0)))
        predictions[str(penalty)] = (((probe - mean) / deviation) @ weights + targets.mean(0)).tolist()
    return {"features": features.tolist(), "targets": targets.tolist(), "probe": probe.tolist(), "predictions": predictions}


def main():
    OUTPUT.mkdir(exist_ok=True)
    header = (f"Written by Tests/Peers/make_forecasting_golden.py with statsforecast {statsforecast.__version__}, "
              f"SciPy {scipy.__version__}, NumPy {np.__version__}")
    for name, content in (("models", models(pathlib.Path(sys.argv[1]))), ("spectra", spectra()), ("ridge", ridge())):
        with open(OUTPUT / f"{name}.json", "w", encoding="utf-8") as file:
            json.dump({"made": header, "content": content}, file)
            file.write("\n")


if __name__ == "__main__":
    main()

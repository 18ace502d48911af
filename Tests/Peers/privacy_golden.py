"""Writes Tests/Golden/Federation/privacy.csv: what Opacus's Rényi accountant says of a grid of settings.

    pip download --no-deps opacus==1.6.0 && unzip opacus-1.6.0-*.whl -d opacus-1.6.0
    pip install numpy==2.4.6 scipy==1.17.1
    python Tests/Peers/privacy_golden.py opacus-1.6.0

Only the accountant's own file is loaded, which needs numpy and scipy: opacus as a whole would ask for torch.
"""

import importlib.util
import itertools
import pathlib
import sys
import warnings

warnings.simplefilter("ignore")
path = pathlib.Path(sys.argv[1]) / "opacus" / "accountants" / "analysis" / "rdp.py"
spec = importlib.util.spec_from_file_location("rdp", path)
rdp = importlib.util.module_from_spec(spec)
spec.loader.exec_module(rdp)

# RDPAccountant.DEFAULT_ALPHAS
ORDERS = [1 + x / 10.0 for x in range(1, 100)] + list(range(12, 64))
RATES = [0.001, 0.01, 0.02, 0.1, 0.25, 0.5, 0.9, 1.0]
NOISE = [0.4, 0.6, 0.8, 1.0, 1.3, 2.0, 4.0, 10.0]
STEPS = [1, 100, 1000, 20000]
DELTAS = [1e-3, 1e-5, 1e-8]

lines = [
    "# The epsilon of opacus 1.6.0's RDPAccountant; written by Tests/Peers/privacy_golden.py, which says how.",
    "rate,noise,steps,delta,epsilon,order",
]
for rate, noise in itertools.product(RATES, NOISE):
    try:
        step = rdp.compute_rdp(q=rate, noise_multiplier=noise, steps=1, orders=ORDERS)
    except ValueError:
        # Opacus gives up where its series lose all digits.
        continue
    for steps, delta in itertools.product(STEPS, DELTAS):
        epsilon, order = rdp.get_privacy_spent(orders=ORDERS, rdp=step * steps, delta=delta)
        lines.append(f"{rate},{noise},{steps},{delta},{float(epsilon)!r},{float(order)!r}")
target = pathlib.Path(__file__).resolve().parent.parent / "Golden" / "Federation" / "privacy.csv"
target.write_text("\n".join(lines) + "\n")
print(f"{len(lines) - 2} settings")

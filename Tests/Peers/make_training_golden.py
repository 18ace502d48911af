"""Steps of optimisers, schedules and losses as PyTorch computes them: `Tests/EdgeTrainingTests/Golden/*.json`.

    python make_training_golden.py        # needs torch (2.13.0, CPU) and numpy, which the tests themselves do not

LAMB is not in PyTorch: it is computed here from algorithm 2 of You et al. (2020) in double precision.
"""

import json
import os

import numpy as np
import torch

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "EdgeTrainingTests", "Golden")
STEPS = 6


def start():
    random = np.random.default_rng(7)
    weight = random.standard_normal(5).astype(np.float32)
    bias = random.standard_normal(3).astype(np.float32)
    gradients = random.standard_normal((STEPS, 8)).astype(np.float32)
    gradients[3] *= 20  # one step that a clip would catch
    return weight, bias, gradients


def run(make, clip=None):
    """The parameters behind each step; only the weight (the first five) decays."""
    weight, bias, gradients = start()
    w = torch.nn.Parameter(torch.tensor(weight))
    b = torch.nn.Parameter(torch.tensor(bias))
    optimiser = make(w, b)
    result = []
    for gradient in gradients:
        w.grad = torch.tensor(gradient[:5])
        b.grad = torch.tensor(gradient[5:])
        if clip is not None:
            clip([w, b])
        optimiser.step()
        result.append([float(x) for x in torch.cat([w, b]).detach()])
    return result


def groups(w, b, decay):
    return [{"params": [w], "weight_decay": decay}, {"params": [b], "weight_decay": 0.0}]


def lamb(rate, decay, beta1=0.9, beta2=0.999, epsilon=1e-6):
    weight, bias, gradients = start()
    parts = [weight.astype(np.float64), bias.astype(np.float64)]
    decays = [decay, 0.0]
    m = [np.zeros_like(p) for p in parts]
    v = [np.zeros_like(p) for p in parts]
    result = []
    for t, gradient in enumerate(gradients, 1):
        for i, g in enumerate([gradient[:5].astype(np.float64), gradient[5:].astype(np.float64)]):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g * g
            r = (m[i] / (1 - beta1**t)) / (np.sqrt(v[i] / (1 - beta2**t)) + epsilon)
            update = r + decays[i] * parts[i]
            trust = np.linalg.norm(parts[i]) / np.linalg.norm(update)
            parts[i] = parts[i] - rate * trust * update
        result.append([float(x) for x in np.concatenate(parts)])
    return result


def optimisers():
    weight, bias, gradients = start()
    o = torch.optim
    cases = {
        "sgd": run(lambda w, b: o.SGD(groups(w, b, 0.1), lr=0.05)),
        "momentum": run(lambda w, b: o.SGD(groups(w, b, 0.1), lr=0.05, momentum=0.9)),
        "nesterov": run(lambda w, b: o.SGD(groups(w, b, 0.1), lr=0.05, momentum=0.9, nesterov=True)),
        "rmsprop": run(lambda w, b: o.RMSprop(groups(w, b, 0.1), lr=0.01)),
        "rmsprop momentum": run(lambda w, b: o.RMSprop(groups(w, b, 0.1), lr=0.01, momentum=0.9)),
        "adam": run(lambda w, b: o.Adam(groups(w, b, 0.1), lr=0.01)),
        "adamw": run(lambda w, b: o.AdamW(groups(w, b, 0.1), lr=0.01)),
        "lamb": lamb(0.01, 0.1),
        "adamw clip norm": run(
            lambda w, b: o.AdamW(groups(w, b, 0.1), lr=0.01), lambda p: torch.nn.utils.clip_grad_norm_(p, 1.0)
        ),
        "sgd clip value": run(
            lambda w, b: o.SGD(groups(w, b, 0.0), lr=0.05), lambda p: torch.nn.utils.clip_grad_value_(p, 0.5)
        ),
    }
    return {
        "start": [float(x) for x in np.concatenate([weight, bias])],
        "gradients": [[float(x) for x in g] for g in gradients],
        "cases": cases,
    }


def rates(make, steps, every=1):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([parameter], lr=1.0)
    schedule = make(optimiser)
    result = []
    for step in range(steps):
        result.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        if (step + 1) % every == 0:
            schedule.step()
    return result


def schedules():
    s = torch.optim.lr_scheduler
    losses = [5.0, 4.0, 4.0, 4.1, 3.9999, 4.2, 3.0, 3.1, 3.2, 3.3, 3.4, 2.0]
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([parameter], lr=1.0)
    plateau = s.ReduceLROnPlateau(optimiser, factor=0.5, patience=2)
    reduced = []
    for value in losses:
        plateau.step(value)
        reduced.append(optimiser.param_groups[0]["lr"])
    return {
        "cosine": rates(lambda o: s.CosineAnnealingLR(o, T_max=20, eta_min=0.1), 20),
        "step": rates(lambda o: s.StepLR(o, step_size=2, gamma=0.3), 20, every=4),
        "oneCycle": rates(lambda o: s.OneCycleLR(o, max_lr=1.0, total_steps=20), 20),
        "losses": losses,
        "plateau": reduced,
    }


def losses():
    random = np.random.default_rng(3)
    outputs = (random.standard_normal((4, 3)) * 3).astype(np.float32)
    outputs[2] = [90.0, -90.0, 0.0]
    numbers = random.standard_normal((4, 3)).astype(np.float32)
    shares = random.random((4, 3)).astype(np.float32)
    shares /= shares.sum(1, keepdims=True)
    yes = (random.random((4, 3)) > 0.5).astype(np.float32)
    labels = [2, 0, 1, 1]
    weights = [0.5, 2.0, 1.25]
    teacher = random.standard_normal((4, 3)).astype(np.float32)
    f = torch.nn.functional
    t = torch.tensor

    def kl(x):
        temperature = 3.0
        p = f.log_softmax(t(teacher) / temperature, 1)
        q = f.log_softmax(x / temperature, 1)
        return f.kl_div(q, p, log_target=True, reduction="batchmean") * temperature**2

    functions = {
        "classes": lambda x: f.cross_entropy(x, t(labels)),
        "smoothed": lambda x: f.cross_entropy(x, t(labels), label_smoothing=0.1),
        "weighted": lambda x: f.cross_entropy(x, t(labels), weight=t(weights)),
        "weighted smoothed": lambda x: f.cross_entropy(x, t(labels), weight=t(weights), label_smoothing=0.2),
        "shares": lambda x: f.cross_entropy(x, t(shares)),
        "shares smoothed": lambda x: f.cross_entropy(x, t(shares), label_smoothing=0.1),
        "binary": lambda x: f.binary_cross_entropy_with_logits(x, t(yes)),
        "mse": lambda x: f.mse_loss(x, t(numbers)),
        "mae": lambda x: f.l1_loss(x, t(numbers)),
        "huber": lambda x: f.huber_loss(x, t(numbers), delta=0.7),
        "distillation": kl,
    }
    cases = {}
    for name, function in functions.items():
        x = torch.tensor(outputs, requires_grad=True)
        value = function(x)
        value.backward()
        cases[name] = {"value": float(value), "gradient": [float(g) for g in x.grad.flatten()]}
    flat = lambda a: [float(x) for x in np.asarray(a).flatten()]
    return {
        "outputs": flat(outputs), "numbers": flat(numbers), "shares": flat(shares), "yes": flat(yes),
        "labels": labels, "weights": weights, "teacher": flat(teacher), "cases": cases,
    }


def main():
    os.makedirs(OUT, exist_ok=True)
    made = f"Tests/Peers/make_training_golden.py, torch {torch.__version__}"
    for name, content in [("optimisers", optimisers()), ("schedules", schedules()), ("losses", losses())]:
        with open(os.path.join(OUT, name + ".json"), "w") as file:
            json.dump({"made by": made, **content}, file, indent=0)
            file.write("\n")


if __name__ == "__main__":
    main()

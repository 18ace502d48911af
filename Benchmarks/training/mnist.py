"""The twin of `mnist.edge` in PyTorch: the same network, first weights of the same distributions, the same recipe.

    python mnist.py ../../../shared/data/datasets/mnist        # torch 2.13, numpy; one thread
"""

import sys
import time

import numpy as np
import torch
from torch import nn


def read(path, skip):
    with open(path, "rb") as file:
        return np.frombuffer(file.read()[skip:], np.uint8)


def digits(folder, part):
    images = read(f"{folder}/{part}-2000-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)
    labels = read(f"{folder}/{part}-2000-labels-idx1-ubyte", 8)
    return torch.tensor(images / 255.0, dtype=torch.float32), torch.tensor(labels.astype(np.int64))


def network():
    layers = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.25), nn.Linear(32 * 49, 64), nn.ReLU(), nn.Linear(64, 10),
    )
    weighted = [layer for layer in layers if hasattr(layer, "weight")]
    for layer in weighted:
        if layer is weighted[-1]:
            nn.init.xavier_uniform_(layer.weight)
        else:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    return layers


def train(seed, x, y, epochs=12, batch=32, rate=2e-3):
    torch.manual_seed(seed)
    model = network()
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.01},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=rate)
    steps = epochs * -(-len(x) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=steps)
    model.train()
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch):
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(rows)
    return model.eval(), total / len(x)


def main():
    torch.set_num_threads(1)
    folder = sys.argv[1] if len(sys.argv) > 1 else "../shared/data/datasets/mnist"
    x, y = digits(folder, "train")
    test_x, test_y = digits(folder, "test")
    accuracies = []
    for seed in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
        began = time.process_time()
        model, loss = train(seed, x, y)
        took = time.process_time() - began
        with torch.no_grad():
            accuracies.append(float((model(test_x).argmax(1) == test_y).float().mean()))
        print(f"seed {seed}: accuracy {accuracies[-1]:.2%}, last loss {loss:.4f}, {took:.1f} s", flush=True)
    print(f"mean {np.mean(accuracies):.2%}")


if __name__ == "__main__":
    main()

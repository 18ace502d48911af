"""Training steps (forward, cross-entropy, backward, momentum update) of three networks, one thread, against PyTorch.

Rounds are interleaved: in each, edgesh measures in a process of its own and PyTorch in this one. Times are CPU time. PyTorch runs as its users
run it for images: channels last, the fused optimiser where it has one.
"""

import os
import pathlib
import subprocess
import time

import table

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 1.0
WORDS = 256
NETWORKS = {
    "MLP 64-64-10, batch 32": "mlp",
    "ResNet-8 with batch norm, batch 32": "resnet8",
    "transformer, 2 layers, 16 × 32 words": "transformer",
}


def torch_step(name):
    """A function that makes one training step."""
    import torch
    from torch import nn
    import torch.nn.functional as F

    torch.set_num_threads(1)
    torch.manual_seed(1)

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.norms = nn.ModuleList([nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)])
            self.side = nn.Identity() if stride == 1 else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

        def forward(self, x):
            return F.relu(self.norms[1](self.second(F.relu(self.norms[0](self.first(x))))) + self.side(x))

    class Attention(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.heads = heads
            self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
            self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))
            self.wide, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

        def forward(self, x):
            batch, steps, width = x.shape
            h = self.norms[0](x)
            q, k, v = (part(h).view(batch, steps, self.heads, -1).transpose(1, 2) for part in (self.q, self.k, self.v))
            x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, steps, width))
            return x + self.narrow(F.gelu(self.wide(self.norms[1](x))))

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.places = nn.Embedding(WORDS, 64), nn.Parameter(torch.randn(32, 64) * 0.1)
            self.layers = nn.Sequential(Attention(64, 4), Attention(64, 4))
            self.norm, self.out = nn.LayerNorm(64), nn.Linear(64, WORDS)

        def forward(self, x):
            return self.out(self.norm(self.layers(self.words(x) + self.places))).flatten(0, 1)

    if name == "mlp":
        model, x, labels = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)), torch.randn(32, 64), torch.randint(10, (32,))
    elif name == "resnet8":
        model = nn.Sequential(
            nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
        ).to(memory_format=torch.channels_last)
        x, labels = torch.randn(32, 3, 32, 32).to(memory_format=torch.channels_last), torch.randint(10, (32,))
    else:
        model, x, labels = Transformer(), torch.randint(WORDS, (16, 32)), torch.randint(WORDS, (512,))
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, fused=True)

    def step():
        optimiser.zero_grad()
        F.cross_entropy(model(x), labels).backward()
        optimiser.step()

    return step


def torch_microseconds(step):
    for _ in range(3):
        step()
    times, start = [], time.process_time()
    while time.process_time() - start < SECONDS or len(times) < 5:
        began = time.process_time()
        step()
        times.append(time.process_time() - began)
    return table.median(times) * 1e6


def own_microseconds(program, name):
    output = subprocess.run([program, name, str(SECONDS)], capture_output=True, text=True, check=True).stdout
    return float(output.split()[0])


def run(rounds):
    program = os.environ.get("EDGESH_STEP_TIME", str(ROOT / ".build/bench/release/benchmark-training"))
    if not pathlib.Path(program).exists():
        print("training: benchmark-training is not built; see Benchmarks/README.md")
        return
    try:
        import torch
    except ImportError:
        print("training: PyTorch is not installed; Benchmarks/requirements.txt has it")
        return
    rows = []
    for title, name in NETWORKS.items():
        step, own, other = torch_step(name), [], []
        for _ in range(rounds):
            own.append(own_microseconds(program, name))
            other.append(torch_microseconds(step))
        mine, theirs = table.median(own), table.median(other)
        rows.append([title, f"{mine:,.1f}", f"{theirs:,.1f}", table.ratio(mine / theirs)])
    table.show(
        f"CPU time of a training step in microseconds, one thread, {rounds} interleaved rounds; PyTorch {torch.__version__}",
        ["network", "edgesh", "PyTorch", "edgesh / PyTorch"],
        rows,
    )

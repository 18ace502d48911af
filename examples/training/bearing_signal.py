"""Vibration of a rolling-element bearing: the Python twin of `examples/bearing.edge`, which documents the model.

Both draw the same random numbers and compute the same formulas in the same order, so they give the same signals; a test of the
repository compares them. Training uses this one.
"""

import math

RATE = 12000.0  # samples a second
LENGTH = 1024  # samples in a window
CLASSES = ["healthy", "outer race", "inner race", "ball"]

# A deep-groove ball bearing of type 6205: balls, ball diameter and pitch diameter in millimetres, contact angle in radians.
BALLS, BALL, PITCH, ANGLE = 9, 7.94, 39.04, 0.0
RATIO = BALL / PITCH * math.cos(ANGLE)
BPFO = BALLS / 2.0 * (1.0 - RATIO)
BPFI = BALLS / 2.0 * (1.0 + RATIO)
BSF = PITCH / (2.0 * BALL) * (1.0 - RATIO * RATIO)
FTF = 0.5 * (1.0 - RATIO)

TAU = 6.283185307179586


class Random:
    """The "minimal standard" generator of Park and Miller with the multiplier 48271."""

    def __init__(self, seed):
        self.state = 1 + (seed * 1299709 + 12345) % 2147483646
        for _ in range(8):
            self.uniform()

    def uniform(self):
        self.state = self.state * 48271 % 2147483647
        return self.state / 2147483647.0

    def between(self, low, high):
        return low + (high - low) * self.uniform()

    def normal(self):
        radius = math.sqrt(-2.0 * math.log(self.uniform()))
        return radius * math.cos(TAU * self.uniform())


def load(angle, zone):
    """The share of the load that a rolling element carries at an angle from the load's direction (Stribeck)."""
    share = 1.0 - (1.0 - math.cos(angle)) / (2.0 * zone)
    return share * math.sqrt(share) if share > 0.0 else 0.0


def impulses(label, shaft, severity, random):
    """What strikes the structure in each sample: the fault's impulses and a few knocks from elsewhere."""
    force = [0.0] * LENGTH
    if label > 0:
        rate = shaft * (BPFO if label == 1 else BPFI if label == 2 else 2.0 * BSF)
        turn = shaft if label == 2 else shaft * FTF
        zone = random.between(0.7, 1.0)
        slip = random.between(0.005, 0.015)
        phase = random.between(0.0, TAU)
        time = random.uniform() / rate
        side = 0
        while time * RATE < LENGTH:
            strength = severity * (1.0 + 0.15 * random.normal())
            if label > 1:
                strength = 1.6 * strength * load(TAU * turn * time + phase, zone)
            if label == 3 and side == 1:
                strength = 0.6 * strength
            side = 1 - side
            at = int(time * RATE)
            force[at] = force[at] + strength
            time = time + (1.0 + slip * random.normal()) / rate
    for _ in range(3):
        at = int(random.uniform() * LENGTH)
        strength = random.between(0.0, 0.9)
        if at < LENGTH:
            force[at] = force[at] + strength
    return force


def window(index):
    """One standardised window; its class is `index % 4`."""
    label = index % 4
    random = Random(index)
    shaft = random.between(27.0, 31.0)
    severity = math.exp(random.between(math.log(0.75), math.log(3.2)))
    resonance = random.between(2700.0, 3400.0)
    damping = random.between(0.04, 0.08)
    unbalance = random.between(0.1, 0.6)
    misalignment = random.between(0.05, 0.4)
    phase1 = random.between(0.0, TAU)
    phase2 = random.between(0.0, TAU)
    noise = random.between(0.25, 0.55)
    force = impulses(label, shaft, severity, random)

    # The structure's resonance: a damped oscillator, sampled, that each impulse strikes.
    radius = math.exp(-damping * TAU * resonance / RATE)
    feedback1 = 2.0 * radius * math.cos(TAU * resonance / RATE)
    feedback2 = radius * radius
    ringing1 = 0.0
    ringing2 = 0.0
    turn = TAU * shaft / RATE
    signal = [0.0] * LENGTH
    power = 0.0
    for i in range(LENGTH):
        ringing = force[i] + feedback1 * ringing1 - feedback2 * ringing2
        ringing2 = ringing1
        ringing1 = ringing
        rotation = unbalance * math.sin(turn * i + phase1) + misalignment * math.sin(2.0 * turn * i + phase2)
        sample = ringing + rotation + noise * random.normal()
        signal[i] = sample
        power = power + sample * sample
    scale = 1.0 / math.sqrt(power / LENGTH)
    return [sample * scale for sample in signal]

"""People in silhouette, drawn in parts of a square: who they are shows in height, dress and hat."""

import math

from blocks.emulator.render.drawing.pen import Pen, Point


def person(pen: Pen, phase: float) -> None:
    """A grown person in a jacket."""
    bob, swing = _step(phase)
    _legs(pen, phase, (0.5, 0.55), 0.35, 0.05, 0.095)
    pen.shape((0.43, 0.24 + bob), (0.57, 0.24 + bob), (0.56, 0.58), (0.44, 0.58))
    pen.oval(0.5, 0.26 + bob, 0.072, 0.05)
    _far_arm(pen, 0.036, swing, bob)
    _near_arm(pen, swing, bob)
    pen.limb(0.04, (0.5, 0.25 + bob), (0.505, 0.2 + bob))
    pen.oval(0.51, 0.155 + bob, 0.05, 0.06)


def detective(pen: Pen, phase: float) -> None:
    """A trench coat and a felt hat."""
    bob, swing = _step(phase)
    _legs(pen, phase, (0.5, 0.6), 0.3, 0.052, 0.08)
    flap = 0.02 * swing
    pen.shape((0.42, 0.24 + bob), (0.58, 0.24 + bob), (0.565, 0.46), (0.63 + flap, 0.77), (0.39 + flap, 0.77))
    pen.shape((0.44, 0.44), (0.565, 0.44), (0.63 + flap, 0.77), (0.37 + flap, 0.77))
    pen.oval(0.5, 0.255 + bob, 0.08, 0.045)
    pen.limb(0.045, (0.49, 0.27 + bob), (0.47 - 0.04 * swing, 0.42), (0.5 - 0.06 * swing, 0.53))
    if pen.held:
        _near_arm(pen, swing, bob)
    pen.shape((0.45, 0.24 + bob), (0.57, 0.24 + bob), (0.555, 0.185 + bob), (0.465, 0.185 + bob))
    pen.oval(0.512, 0.15 + bob, 0.046, 0.058)
    pen.oval(0.512, 0.118 + bob, 0.1, 0.017)
    pen.shape((0.462, 0.12 + bob), (0.562, 0.12 + bob), (0.55, 0.058 + bob), (0.52, 0.068 + bob), (0.475, 0.056 + bob))


def conductor(pen: Pen, phase: float) -> None:
    """Tall, in a long uniform coat and a peaked cap, with a moustache."""
    bob, swing = _step(phase)
    _legs(pen, phase, (0.5, 0.58), 0.32, 0.05, 0.075)
    pen.shape((0.425, 0.24 + bob), (0.575, 0.24 + bob), (0.565, 0.45), (0.6, 0.68), (0.41, 0.68), (0.44, 0.45))
    pen.oval(0.5, 0.25 + bob, 0.08, 0.04)
    _far_arm(pen, 0.04, swing, bob)
    _near_arm(pen, swing, bob)
    pen.limb(0.042, (0.5, 0.25 + bob), (0.505, 0.2 + bob))
    pen.oval(0.51, 0.152 + bob, 0.045, 0.056)
    pen.shape((0.545, 0.168 + bob), (0.575, 0.182 + bob), (0.55, 0.186 + bob))
    pen.shape((0.455, 0.124 + bob), (0.563, 0.124 + bob), (0.575, 0.078 + bob), (0.447, 0.068 + bob))
    pen.shape((0.55, 0.118 + bob), (0.6, 0.136 + bob), (0.55, 0.132 + bob))


def elder(pen: Pen, phase: float) -> None:
    """An old man: bent, in a padded jacket and a wide straw hat."""
    bob, swing = _step(phase)
    bob *= 0.6
    _legs(pen, phase, (0.48, 0.62), 0.28, 0.05, 0.05)
    pen.shape((0.42, 0.33 + bob), (0.56, 0.3 + bob), (0.58, 0.5), (0.58, 0.68), (0.39, 0.68), (0.4, 0.48))
    pen.oval(0.495, 0.33 + bob, 0.085, 0.05)
    pen.limb(0.048, (0.49, 0.35 + bob), (0.47 - 0.03 * swing, 0.5), (0.5 - 0.04 * swing, 0.6))
    _near_arm(pen, swing * 0.5, bob + 0.07)
    pen.limb(0.042, (0.51, 0.31 + bob), (0.54, 0.26 + bob))
    pen.oval(0.555, 0.225 + bob, 0.047, 0.054)
    pen.shape((0.575, 0.26 + bob), (0.602, 0.245 + bob), (0.59, 0.315 + bob), (0.565, 0.285 + bob))
    pen.shape((0.445, 0.208 + bob), (0.555, 0.122 + bob), (0.665, 0.208 + bob))
    pen.oval(0.555, 0.207 + bob, 0.112, 0.013)


def woman(pen: Pen, phase: float) -> None:
    """A long dress and long hair."""
    bob, swing = _step(phase)
    _legs(pen, phase, (0.5, 0.58), 0.32, 0.04, 0.075)
    hem = 0.018 * swing
    pen.shape(
        (0.45, 0.25 + bob), (0.55, 0.25 + bob), (0.54, 0.41), (0.62 + hem, 0.72), (0.38 + hem, 0.72), (0.46, 0.41)
    )
    pen.oval(0.5, 0.26 + bob, 0.058, 0.035)
    pen.limb(0.03, (0.5, 0.27 + bob), (0.495 - 0.045 * swing, 0.41), (0.51 - 0.075 * swing, 0.52))
    _near_arm(pen, swing, bob)
    pen.limb(0.03, (0.5, 0.25 + bob), (0.505, 0.2 + bob))
    pen.oval(0.51, 0.158 + bob, 0.044, 0.055)
    pen.oval(0.498, 0.15 + bob, 0.055, 0.058)
    pen.shape(
        (0.445, 0.14 + bob), (0.5, 0.11 + bob), (0.5, 0.3 + bob), (0.43 - 0.02 * swing, 0.345 + bob), (0.44, 0.22 + bob)
    )


def child(pen: Pen, phase: float) -> None:
    """A boy: a large head on a small body."""
    bob, swing = _step(phase)
    bob *= 1.25
    _legs(pen, phase, (0.5, 0.63), 0.27, 0.06, 0.08)
    pen.shape((0.42, 0.36 + bob), (0.58, 0.36 + bob), (0.59, 0.66), (0.41, 0.66))
    pen.oval(0.5, 0.37 + bob, 0.08, 0.045)
    pen.limb(0.045, (0.5, 0.39 + bob), (0.5 - 0.1 * swing, 0.57))
    _near_arm(pen, swing, bob + (0.06 if pen.held else 0.1))
    pen.oval(0.51, 0.245 + bob, 0.088, 0.092)


def girl(pen: Pen, phase: float) -> None:
    """A girl: a flared coat and hair cut at the chin."""
    bob, swing = _step(phase)
    bob *= 1.25
    _legs(pen, phase, (0.5, 0.66), 0.24, 0.048, 0.075)
    hem = 0.02 * swing
    pen.shape(
        (0.44, 0.35 + bob), (0.56, 0.35 + bob), (0.57, 0.48), (0.645 + hem, 0.75), (0.365 + hem, 0.75), (0.43, 0.48)
    )
    pen.oval(0.5, 0.365 + bob, 0.075, 0.042)
    pen.limb(0.042, (0.5, 0.39 + bob), (0.49 - 0.09 * swing, 0.55))
    _near_arm(pen, swing, bob + 0.09)
    pen.oval(0.515, 0.245 + bob, 0.075, 0.085)
    pen.dome(0.5, 0.245 + bob, 0.1, 0.11)
    pen.shape((0.4, 0.24 + bob), (0.52, 0.2 + bob), (0.505, 0.335 + bob), (0.39 - 0.012 * swing, 0.345 + bob))


def _step(phase: float) -> Point:
    """How far the body is up or down, and how far the arms swing."""
    return 0.008 * math.cos(4 * math.pi * phase), math.sin(2 * math.pi * phase)


def _legs(pen: Pen, phase: float, hip: Point, length: float, width: float, stride: float) -> None:
    for turn in (0.0, 0.5):
        swing = math.sin(2 * math.pi * (phase + turn))
        lift = max(0.0, math.cos(2 * math.pi * (phase + turn)))
        knee = hip[0] + stride * 0.5 * swing + 0.012 * lift, hip[1] + length * 0.5 - 0.012 * lift
        foot = hip[0] + stride * swing - 0.02 * lift, hip[1] + length - 0.03 * lift
        pen.limb(width, hip, knee, foot)
        pen.limb(width * 0.85, foot, (foot[0] + 0.035, foot[1] + 0.004))


def _far_arm(pen: Pen, width: float, swing: float, bob: float) -> None:
    pen.limb(width, (0.5, 0.27 + bob), (0.5 - 0.05 * swing, 0.42), (0.51 - 0.085 * swing, 0.55))


def _near_arm(pen: Pen, swing: float, bob: float) -> None:
    """The arm towards the camera, and what its hand holds."""
    if pen.held == "umbrella":
        pen.limb(0.036, (0.5, 0.28 + bob), (0.57, 0.38 + bob), (0.6, 0.3 + bob))
        pen.limb(0.011, (0.6, 0.36 + bob), (0.6, 0.05 + bob))
        pen.dome(0.6, 0.14 + bob, 0.24, 0.12)
    elif pen.held == "lantern":
        pen.limb(0.034, (0.5, 0.28 + bob), (0.57, 0.36 + bob), (0.66, 0.34 + bob))
        pen.lantern(0.665 + 0.004 * swing, 0.345 + bob)
    else:
        pen.limb(0.036, (0.5, 0.27 + bob), (0.5 + 0.05 * swing, 0.42), (0.52 + 0.085 * swing, 0.54))

"""Playing an effect over a picture: moves, colours, and what comes into the picture besides."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.layers import Canvas, Stamp
from blocks.emulator.render.drawing.palettes import Colour
from blocks.emulator.render.effects.motions import Motion, Points, after, beat, ease
from blocks.emulator.render.effects.streams import Flow, Stream
from blocks.emulator.render.effects.subject import Subject, without
from blocks.emulator.render.effects.trinkets import stamp_of
from blocks.emulator.render.effects.warping import Sheet

LARGEST = 640
"""Things are drawn up to this side, and stretched beyond."""


@dataclass(frozen=True)
class Tint:
    """A colour over everything.

    Attributes:
        colours: One, or several that take turns.
        strength: How much of it, 0 to 1.
        light: Brightness of the rest.
        begin: When it begins to come.
        end: When it is there.
        times: How often the colours take turns, or one colour comes and goes; 0: it comes and stays.
    """

    colours: tuple[Colour, ...]
    strength: float = 0.5
    light: float = 1.0
    begin: float = 0.03
    end: float = 0.35
    times: float = 0.0

    def lay(self, canvas: Canvas, at: float) -> Canvas:
        """A frame in these colours at a moment from 0 to 1."""
        k = ease(at, self.begin, self.end)
        if self.times and len(self.colours) == 1:
            k *= beat(at, self.times)
        step = round(k * 32)
        colour = self.colours[int(at * self.times * len(self.colours)) % len(self.colours)]
        if not step:
            return canvas
        luma, blue, red = _tables(colour, self.strength * step / 32, 1 + (self.light - 1) * step / 32)
        return Canvas(canvas.luma.point(luma), canvas.blue.point(blue), canvas.red.point(red))


@dataclass(frozen=True)
class Prop:
    """A thing that comes into the picture.

    Attributes:
        look: What it looks like.
        size: Side of its square, in the subject's units; on the frame, as a part of the frame's smaller side.
        x: Where its middle ends up, from the subject's middle, in units; from the top of its head or its shoulders, in
            units of its build; on the frame, in half frames from the frame's middle.
        y: The same, downwards.
        on: What that is measured from.
        come: Where it comes from, as a distance from there; (0, 0): it grows.
        begin: When it sets out.
        end: When it has arrived.
        leave: When it turns back; None: it stays.
        sway: How far it goes to and fro afterwards, sideways and up.
        times: How often.
        throb: How much larger it gets as often.
        grow: How much larger it gets from begin to end of the clip.
        rides: Whether it goes along with the subject's moves.
        behind: Whether it is behind the subject.
    """

    look: str
    size: float
    x: float = 0.0
    y: float = 0.0
    on: Literal["subject", "head", "shoulders", "frame"] = "subject"
    come: tuple[float, float] = (0.0, 0.0)
    begin: float = 0.05
    end: float = 0.35
    leave: float | None = None
    sway: tuple[float, float] = (0.0, 0.0)
    times: float = 2.0
    throb: float = 1.0
    grow: float = 1.0
    rides: bool = False
    behind: bool = False

    def draw(self, canvas: Canvas, subject: Subject, moves: Sequence[Motion], at: float) -> None:
        """Draw it at a moment from 0 to 1."""
        here = ease(at, self.begin, self.end)
        if self.leave is not None:
            here *= 1 - ease(at, self.leave, self.leave + self.end - self.begin)
        if at <= self.begin or here < 0.02:
            return
        swung = math.sin(2 * math.pi * self.times * (at - self.begin)) * here
        x = self.x + self.come[0] * (1 - here) + self.sway[0] * swung
        y = self.y + self.come[1] * (1 - here) + self.sway[1] * swung
        scale = 1 + (self.throb - 1) * beat(at, self.times)
        scale *= self.grow ** ease(at, self.begin, 1.0) * (1.0 if any(self.come) else here)
        if self.on == "frame":
            px, py = canvas.size[0] / 2 * (1 + x), canvas.size[1] / 2 * (1 + y)
            side = self.size * min(canvas.size) * scale
        else:
            build = 1.0 if self.on == "subject" else subject.build
            x, y = x * build, y * build
            if self.on == "head":
                x, y = x + subject.head[0], y + subject.head[1]
            elif self.on == "shoulders":
                y += subject.shoulders
            if self.rides:
                x, y = _moved(x, y, moves, at)
            px, py = subject.x + x * subject.unit, subject.y + y * subject.unit
            side = self.size * subject.unit * scale * build
        stamp = _sized(self.look, side, steady=self.throb == self.grow == 1.0 and any(self.come))
        stamp.put(canvas, px - stamp.size[0] / 2, py - stamp.size[1] / 2)


@dataclass(frozen=True)
class Effect:
    """What is done to a picture over one clip.

    Attributes:
        moves: How the subject moves.
        cut: Whether the subject moves before its background; else the whole picture bends.
        ground: How the background moves, of a subject that is cut out.
        copies: Moves of further copies of the subject, behind it.
        behind: Colours of the background.
        tint: Colours of everything.
        props: Things that come in.
        streams: Small things.
        scatters: Whether the subject falls apart.
        opens: When the picture comes again through a round opening, from and to.
        split: How far the colours come apart, as a part of the frame's width.
    """

    moves: tuple[Motion, ...] = ()
    cut: bool = False
    ground: tuple[Motion, ...] = ()
    copies: tuple[tuple[Motion, ...], ...] = ()
    behind: Tint | None = None
    tint: Tint | None = None
    props: tuple[Prop, ...] = ()
    streams: tuple[Stream, ...] = ()
    scatters: bool = False
    opens: tuple[float, float] | None = None
    split: float = 0.0


def play(picture: Image.Image, subject: Subject, effect: Effect, moments: int, seed: int) -> Iterator[Canvas]:
    """An effect, frame by frame; the first is the picture.

    Args:
        picture: RGB, both sides even; the frames have its size.
        subject: What moves.
        effect: How.
        moments: Number of frames.
        seed: Varies where small things come from.
    """
    cut = effect.cut and subject.alpha is not None
    whole = Sheet(picture, subject)
    person = Sheet(picture, subject, subject.alpha) if cut else whole
    ground = Sheet(without(picture, subject.alpha), subject) if subject.alpha is not None and cut else whole
    flows = [Flow(stream, subject, seed + n) for n, stream in enumerate(effect.streams)]
    order = _order(picture.size, seed) if effect.scatters else None
    for number in range(moments):
        at = number / max(1, moments - 1)
        if not number:
            yield whole.draw(None, (), 0.0)
            continue
        canvas = ground.draw(None, effect.ground if cut else effect.moves, at)
        if effect.behind is not None:
            canvas = effect.behind.lay(canvas, at)
        for part in (True, False):
            for prop in effect.props:
                if prop.behind == part:
                    prop.draw(canvas, subject, effect.moves, at)
            for flow in flows:
                flow.draw(canvas, at, behind=part)
            if part and cut:
                for moves in effect.copies:
                    person.draw(canvas, moves, at)
                person.draw(canvas, effect.moves, at, None if order is None else _left(order, at))
        if effect.tint is not None:
            canvas = effect.tint.lay(canvas, at)
        if effect.split:
            canvas = _split(canvas, effect.split * beat(at, 5))
        if effect.opens is not None and at > effect.opens[0]:
            canvas = _opened(canvas, whole.draw(None, (), at), ease(at, *effect.opens))
        yield canvas


def _moved(x: float, y: float, moves: Sequence[Motion], at: float) -> tuple[float, float]:
    """Where a point of the subject is at a moment: the moves say where things come from, so this is sought."""
    wanted = np.array([x, y], np.float32)
    found: Points = wanted.copy()
    for _ in range(5):
        found = found + wanted - after(found, moves, at)
    return float(found[0]), float(found[1])


def _sized(look: str, side: float, *, steady: bool) -> Stamp:
    even = max(4, round(side / 2) * 2)
    if steady and even <= LARGEST:
        return stamp_of(look, even)
    drawn = LARGEST
    while drawn > 2 * even and drawn > 40:
        drawn //= 2
    return stamp_of(look, drawn).resized(even, even)


@lru_cache(maxsize=256)
def _tables(colour: Colour, strength: float, light: float) -> tuple[list[int], list[int], list[int]]:
    """How brightness and both colour planes change (BT.709, limited range)."""
    red, green, blue = (part / 255 for part in colour)
    bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    to = 16 + 219 * bright, 128 + 224 * (blue - bright) / 1.8556, 128 + 224 * (red - bright) / 1.5748
    luma = [16 + (v - 16) * light for v in range(256)]
    luma = [v + (to[0] - v) * strength * 0.35 for v in luma]
    rest = [[v + (goal - v) * strength for v in range(256)] for goal in to[1:]]
    blues, reds = ([min(240, max(16, round(v))) for v in plane] for plane in rest)
    return [min(235, max(16, round(v))) for v in luma], blues, reds


def _order(size: tuple[int, int], seed: int) -> Image.Image:
    """When each spot flies off, 0 to 255: grain by grain, the right side first."""
    random = np.random.default_rng(seed)
    grains = random.random((max(2, size[1] // 8), max(2, size[0] // 8)), np.float32)
    across = np.linspace(1, 0, grains.shape[1], dtype=np.float32)
    mixed = (0.45 * grains + 0.55 * across) * 255
    return Image.fromarray(mixed.astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)


def _left(order: Image.Image, at: float) -> Image.Image:
    reach = 290 * ease(at, 0.08, 0.9)
    return order.point([round(255 * min(1, max(0, (v - reach + 24) / 24))) for v in range(256)])


def _split(canvas: Canvas, share: float) -> Canvas:
    """Both colour planes moved apart."""
    far = round(canvas.blue.size[0] * share)
    blue, red = Image.new("L", canvas.blue.size, 128), Image.new("L", canvas.red.size, 128)
    blue.paste(canvas.blue, (far, 0))
    red.paste(canvas.red, (-far, 0))
    return Canvas(canvas.luma, blue, red)


def _opened(canvas: Canvas, inside: Canvas, part: float) -> Canvas:
    """Something else seen through a round opening, which ends as large as the frame."""
    width, height = canvas.size
    reach = math.hypot(width, height) / 2 * part
    mask = Image.new("L", canvas.size)
    box = [width / 2 - reach, height / 2 - reach, width / 2 + reach, height / 2 + reach]
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    small = mask.resize(canvas.blue.size, Image.Resampling.BOX)
    return Canvas(
        Image.composite(inside.luma, canvas.luma, mask),
        Image.composite(inside.blue, canvas.blue, small),
        Image.composite(inside.red, canvas.red, small),
    )

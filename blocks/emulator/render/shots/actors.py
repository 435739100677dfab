"""Putting somebody into a place: how large, where, and how they move through the shot."""

from dataclasses import dataclass, replace

from blocks.emulator.render.drawing.camera import Camera
from blocks.emulator.render.drawing.layers import Canvas
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.people.figures import PEOPLE, Figure, figure
from blocks.emulator.render.prompts.mood import Mood

TALL = {"wide": 0.24, "medium": 0.5, "close": 0.8, "extreme": 0.9}
"""Height of a grown person by shot size, as a part of the frame's shorter side."""
SEATED_TALL = 0.72
MEETING = 0.6
"""How far from each other two people are, as a part of their height."""

LARGER = 1.3
"""A child alone in a medium shot, and two people in a wide one, are what the shot is about."""


@dataclass
class Actor:
    """Somebody in a shot.

    Attributes:
        figure: Who.
        x: Where at the middle of the shot, in layer pixels.
        y: Feet, in layer pixels.
    """

    figure: Figure
    x: float
    y: float

    def draw(self, canvas: Canvas, camera: Camera, at: float) -> None:
        """Draw the pose of a moment."""
        poses = self.figure.poses
        pose = poses[int(at / self.figure.cycle * len(poses)) % len(poses)]
        x = self.x + self.figure.speed * pose.size[1] * (at - camera.seconds / 2)
        left, foot, scale = camera.place(x, self.y, at)
        if scale != 1.0:
            pose = pose.resized(round(pose.size[0] * scale), round(pose.size[1] * scale))
        pose.put(canvas, left - pose.size[0] / 2, foot - pose.size[1] * self.figure.foot)


def cast(stage: Stage, scenery: Scenery, mood: Mood, seconds: float, *, flip: bool) -> list[Actor]:
    """The people and animals of a shot, sized by the shot size; the first is drawn last.

    Args:
        stage: The shot's drawing table.
        scenery: The place.
        mood: Who, how close, walking or not.
        seconds: Length of the shot.
        flip: Whether the subject looks to the left.
    """
    if scenery.seats and mood.posture == "sit" and mood.subject in PEOPLE:
        return _seated(stage, scenery, mood, flip=flip)
    tall = TALL[mood.size] * stage.unit
    ground = (
        scenery.ground if mood.size == "wide" else max(scenery.ground, stage.y(0.9 if mood.size == "medium" else 1.1))
    )
    kind = mood.subject
    if kind in ("turtle", "fish"):
        ground = stage.y(0.46)
        tall *= 0.8
    elif kind == "bird":
        ground = stage.y(0.6)
    elif kind == "boat":
        ground = scenery.ground + stage.unit * 0.02
        tall *= 0.9
    elif mood.place == "sky":
        ground, tall = scenery.ground, tall * (0.8 if mood.size == "wide" else 0.62)
    elif mood.size == "wide" and kind in ("cat", "fox", "dog"):
        tall *= 1.5
    elif mood.size == "medium" and kind in ("girl", "child") and not mood.partner:
        tall *= LARGER
    who = figure(kind, tall, stage.palette, held=mood.held, posture=mood.posture, flip=flip)
    if mood.place == "sky":
        who = replace(who, speed=who.speed * 0.5)
    x = stage.x(0.46 if flip else 0.54)
    if not mood.partner:
        return [Actor(_within(stage, who, seconds), x, ground)]
    return _meeting(stage, mood, who, tall, x, ground, seconds, flip=flip)


def _meeting(
    stage: Stage, mood: Mood, who: Figure, tall: float, x: float, ground: float, seconds: float, *, flip: bool
) -> list[Actor]:
    """Two of them: animals and machines go along, people stand face to face."""
    side = -1 if flip else 1
    if mood.partner in PEOPLE and mood.subject in PEOPLE:
        if mood.size == "wide":
            tall *= LARGER
            who = figure(mood.subject, tall, stage.palette, held=mood.held, posture=mood.posture, flip=flip)
        other = figure(mood.partner, tall, stage.palette, held=mood.held, posture="stand", flip=not flip)
        slow = replace(who, speed=who.speed * 0.35)
        reach = abs(slow.speed) * slow.poses[0].size[1] * seconds / 2
        gap = tall * MEETING / 2
        return [Actor(other, x + side * gap, ground), Actor(slow, x - side * (gap + reach), ground)]
    other = figure(mood.partner, tall, stage.palette, flip=flip)
    pace = who.speed * who.poses[0].size[1]
    other = replace(other, speed=pace / other.poses[0].size[1])
    who = _within(stage, who, seconds)
    other = replace(other, speed=who.speed * who.poses[0].size[1] / other.poses[0].size[1])
    return [Actor(other, x - side * tall * 0.62, ground), Actor(who, x, ground)]


def _seated(stage: Stage, scenery: Scenery, mood: Mood, *, flip: bool) -> list[Actor]:
    """People on the seats of a place; who comes second sits opposite, or stands there when it is a conductor."""
    tall = SEATED_TALL * stage.unit
    actors = []
    kinds = [mood.subject, *([mood.partner] if mood.partner in PEOPLE else [])]
    for kind, (x, y, left) in zip(kinds, scenery.seats[::-1] if flip else scenery.seats, strict=False):
        serving = kind == "conductor" and kind != mood.subject
        who = figure(kind, tall, stage.palette, posture="stand" if serving else "sit", flip=left)
        actors.append(Actor(who, x, y + (tall * 0.42 if serving else 0)))
    return actors[::-1]


def _within(stage: Stage, who: Figure, seconds: float) -> Figure:
    """Nobody leaves the frame."""
    travel = abs(who.speed) * who.poses[0].size[1] * seconds
    limit = stage.frame[0] * 0.62
    return replace(who, speed=who.speed * limit / travel) if travel > limit else who

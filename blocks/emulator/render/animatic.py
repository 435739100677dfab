"""A film drawn from words: per shot a place, somebody in it, weather, a camera move and the shot's text."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from blocks.emulator.render.camera import Camera
from blocks.emulator.render.closeups import close_up
from blocks.emulator.render.figures import Figure, figure
from blocks.emulator.render.lamps import Lamps
from blocks.emulator.render.layers import Canvas
from blocks.emulator.render.mood import Mood, read_mood
from blocks.emulator.render.palettes import palette_of
from blocks.emulator.render.places import PLACES
from blocks.emulator.render.shots import Shot, ShotList
from blocks.emulator.render.stage import Scenery, Stage
from blocks.emulator.render.titles import Titles
from blocks.emulator.render.weather import Flock, Sheet, weather_of


@dataclass
class Actor:
    """Somebody walking through a shot.

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


class DrawnShot:
    """One shot, its layers drawn and ready to be filmed.

    Args:
        mood: What its words ask for.
        size: Frame width and height, even.
        seconds: Its length.
        seed: The same seed draws the same shot.
        titles: The writing.
        flip: Whether the subject looks to the left.
    """

    def __init__(
        self, mood: Mood, size: tuple[int, int], seconds: float, seed: int, titles: Titles, *, flip: bool = False
    ) -> None:
        self.titles = titles
        self.size = size
        self.seconds = seconds
        palette = palette_of(mood)
        stage = Stage(size, palette, seed)
        self.scenery: Scenery = PLACES[mood.place](stage, mood)
        self.actor: Actor | None = None
        near = mood.size in ("close", "extreme")
        if near and mood.subject not in ("bird", "fish", "boat", "turtle", "dog", ""):
            self.scenery = close_up(stage, self.scenery, mood.subject, flip=flip)
        elif mood.subject and not mood.subject.startswith("object:"):
            self.actor = _cast(stage, self.scenery, mood, seconds, flip=flip)
        self.camera = Camera(mood.move, size, seconds)
        self.lamps = Lamps(self.scenery.lamps, self.scenery.lamp_depth, seed)
        if mood.move in ("push", "pull"):
            _merge(self.scenery)
        _vignette(self.scenery)
        inside = mood.place in ("room", "corridor", "underwater", "space")
        kind = {"room": "dust", "corridor": "dust", "underwater": "bubbles"}.get(mood.place, mood.weather)
        self.weather: list[Sheet | Flock] = list(
            weather_of("" if inside and kind == mood.weather else kind, size, palette, seed)
        )

    def draw(self, at: float) -> Canvas:
        """The picture ``at`` seconds into the shot, without writing."""
        canvas: Canvas | None = None
        for number, layer in enumerate(self.scenery.layers):
            if number == self.scenery.front and self.actor is not None and canvas is not None:
                self.actor.draw(canvas, self.camera, at)
            canvas = layer.draw(canvas, self.camera.window(at, layer.depth, layer.drift), self.size)
        assert canvas is not None
        if self.scenery.front >= len(self.scenery.layers) and self.actor is not None:
            self.actor.draw(canvas, self.camera, at)
        self.lamps.draw(canvas, self.camera, at)
        for part in self.weather:
            part.draw(canvas, at)
        return canvas


def draw_shots(
    shots: ShotList, size: tuple[int, int], *, seed: int, model: str, marked: bool = False
) -> Iterator[tuple[Shot, DrawnShot]]:
    """The shots of a film, drawn one after the other when they are asked for."""
    count = len(shots.shots)
    mood: Mood | None = None
    for shot in shots.shots:
        mood = read_mood(shot.text, shots.overall, number=shot.number, seed=seed, before=mood)
        own = zlib.crc32(f"{seed}|{shot.number}|{shot.text}".encode()) & 0x7FFFFFFF
        label = f"shot {shot.number}/{count}" if count > 1 else "single shot"
        accent = palette_of(mood).accent
        heading = shots.overall if shot.number == 1 else ""
        titles = Titles(size, shot.text, f"{model} · {label}", accent, marked=marked, heading=heading)
        yield (
            shot,
            DrawnShot(mood, size, max(0.04, shot.end - shot.start), own, titles, flip=(shot.number + seed) % 2 == 0),
        )


def _cast(stage: Stage, scenery: Scenery, mood: Mood, seconds: float, *, flip: bool) -> Actor:
    """Put the subject into the place, sized by the shot size."""
    tall = {"wide": 0.24, "medium": 0.5, "close": 0.8, "extreme": 0.9}[mood.size] * stage.unit
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
    who = figure(kind, tall, stage.palette, umbrella=mood.umbrella, flip=flip)
    if mood.place == "sky":
        who = Figure(who.poses, who.foot, who.cycle, who.speed * 0.5)
    travel = abs(who.speed) * who.poses[0].size[1] * seconds
    limit = stage.frame[0] * 0.62
    if travel > limit:
        who = Figure(who.poses, who.foot, who.cycle, who.speed * limit / travel)
    return Actor(who, stage.x(0.46 if flip else 0.54), ground)


def _merge(scenery: Scenery) -> None:
    """Make one picture of the layers that lie far behind: a zoom must resample every layer for every frame."""
    back = scenery.layers[0]
    count = 1
    while count < min(scenery.front, len(scenery.layers)) and scenery.layers[count].depth < 1.2:
        if scenery.layers[0].depth == 0.5:  # a close-up keeps its distance
            break
        back.picture.paste(scenery.layers[count].picture, (0, 0), scenery.layers[count].alpha)
        count += 1
    if count > 1:
        back.depth = 0.7
    scenery.layers[1:count] = []
    scenery.front -= count - 1


def _vignette(scenery: Scenery) -> None:
    """Darken the corners of the backdrop a little."""
    picture = scenery.layers[0].picture
    width, height = picture.size
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    dark = np.clip((x**2 + y**2) - 0.5, 0, 1.5) / 1.5
    picture.paste((0, 0, 0), (0, 0), Image.fromarray((np.minimum(dark * 0.62, 0.45) * 255).astype(np.uint8)))

"""A film drawn from words: per shot a place, somebody in it, weather, a camera move and the shot's text."""

import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from blocks.emulator.render.drawing.camera import Camera
from blocks.emulator.render.drawing.layers import Canvas
from blocks.emulator.render.drawing.palettes import palette_of
from blocks.emulator.render.drawing.stage import Scenery, Stage
from blocks.emulator.render.drawing.titles import Titles
from blocks.emulator.render.drawing.weather import Flock, Sheet, weather_of
from blocks.emulator.render.places import PLACES
from blocks.emulator.render.prompts.mood import Mood, read_mood
from blocks.emulator.render.prompts.shots import Shot, ShotList
from blocks.emulator.render.shots.actors import Actor, cast
from blocks.emulator.render.shots.closeups import close_up
from blocks.emulator.render.shots.lamps import Lamps


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
        self.actors: list[Actor] = []
        near = mood.size in ("close", "extreme")
        if near and mood.subject not in ("bird", "fish", "boat", "turtle", "dog", "fox", "drone", ""):
            self.scenery = close_up(stage, self.scenery, mood.subject, flip=flip, coat=mood.coat)
        elif mood.subject and not mood.subject.startswith("object:"):
            self.actors = cast(stage, self.scenery, mood, seconds, flip=flip)
        self.camera = Camera(mood.move, size, seconds)
        self.lamps = Lamps(self.scenery.lamps, self.scenery.lamp_depth, seed)
        self.zoom: Camera | None = None
        if mood.move in ("push", "pull"):
            if any(layer.path for layer in self.scenery.layers):
                self.zoom, self.camera = self.camera, Camera("static", size, seconds)
            else:
                _merge(self.scenery)
        _vignette(self.scenery)
        inside = mood.place in ("room", "corridor", "carriage", "underwater", "space")
        kind = {"room": "dust", "corridor": "dust", "underwater": "bubbles"}.get(mood.place, mood.weather)
        self.weather: list[Sheet | Flock] = list(
            weather_of("" if inside and kind == mood.weather else kind, size, palette, seed)
        )

    def draw(self, at: float) -> Canvas:
        """The picture ``at`` seconds into the shot, without writing."""
        canvas: Canvas | None = None
        for number, layer in enumerate(self.scenery.layers):
            if number == self.scenery.front and canvas is not None:
                self._draw_actors(canvas, at)
            window = self.camera.window(at, layer.depth, layer.drift)
            if layer.path is not None:
                left = round(window[0] + layer.path(at, self.seconds))
                window = left, round(window[1]), left + self.size[0], round(window[1]) + self.size[1]
            canvas = layer.draw(canvas, window, self.size)
        assert canvas is not None
        if self.scenery.front >= len(self.scenery.layers):
            self._draw_actors(canvas, at)
        self.lamps.draw(canvas, self.camera, at)
        if self.zoom is not None:
            canvas = canvas.zoomed(self.zoom.place(0, 0, at)[2])
        for part in self.weather:
            part.draw(canvas, at)
        return canvas

    def _draw_actors(self, canvas: Canvas, at: float) -> None:
        for actor in self.actors:
            actor.draw(canvas, self.camera, at)


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

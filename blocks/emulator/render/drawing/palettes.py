"""Colours of an hour and a weather: sky, haze, silhouettes and lights that go together."""

from dataclasses import dataclass

from blocks.emulator.render.prompts.mood import Mood

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """Colours of one shot.

    Attributes:
        sky: From the zenith to the horizon.
        far: Silhouettes dissolved in the air.
        near: Silhouettes close to the camera.
        light: Sun, moon and the edge they draw.
        lamp: Windows, lanterns, lamps.
        accent: Something small and bright: neon, flowers, the bar of the title.
        ground: Earth, water or floor in the light.
        dark: Whether lamps are lit.
    """

    sky: tuple[Colour, Colour, Colour]
    far: Colour
    near: Colour
    light: Colour
    lamp: Colour
    accent: Colour
    ground: Colour
    dark: bool


HOURS = {
    "night": Palette(
        ((9, 14, 36), (22, 36, 76), (62, 82, 128)),
        (50, 68, 110),
        (8, 11, 24),
        (214, 226, 255),
        (255, 200, 120),
        (255, 92, 138),
        (26, 38, 66),
        dark=True,
    ),
    "dawn": Palette(
        ((74, 98, 150), (196, 160, 178), (255, 214, 176)),
        (176, 158, 178),
        (40, 42, 66),
        (255, 236, 200),
        (255, 214, 150),
        (255, 138, 110),
        (150, 134, 138),
        dark=False,
    ),
    "day": Palette(
        ((46, 116, 186), (122, 182, 222), (222, 240, 240)),
        (150, 190, 206),
        (24, 54, 64),
        (255, 250, 226),
        (255, 232, 170),
        (255, 120, 88),
        (120, 158, 132),
        dark=False,
    ),
    "sunset": Palette(
        ((52, 40, 92), (196, 84, 104), (255, 178, 92)),
        (160, 86, 110),
        (30, 20, 44),
        (255, 226, 160),
        (255, 206, 120),
        (255, 110, 84),
        (140, 84, 88),
        dark=False,
    ),
}
NEON: tuple[Colour, ...] = ((255, 64, 140), (40, 220, 230), (255, 176, 60), (150, 100, 255), (255, 80, 70))
PLACE_NEAR: dict[str, Colour] = {
    "forest": (12, 40, 34),
    "garden": (16, 52, 40),
    "field": (30, 56, 34),
    "sea": (12, 44, 62),
    "sky": (44, 66, 84),
    "desert": (84, 44, 36),
}


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """A colour between two; 0 is the first."""
    return (
        round(one[0] + (other[0] - one[0]) * part),
        round(one[1] + (other[1] - one[1]) * part),
        round(one[2] + (other[2] - one[2]) * part),
    )


def palette_of(mood: Mood) -> Palette:
    """The colours of a shot."""
    base = HOURS[mood.hour]
    near = mix(base.near, PLACE_NEAR[mood.place], 0.3 if base.dark else 0.6) if mood.place in PLACE_NEAR else base.near
    sky, far, ground = base.sky, base.far, base.ground
    grey: Colour | None = {"rain": (70, 84, 104), "snow": (214, 224, 236), "fog": (196, 204, 210)}.get(mood.weather)
    if grey is not None:
        share = 0.3 if base.dark else 0.55
        if base.dark:
            grey = mix(grey, (30, 44, 74), 0.6)
        sky = (mix(sky[0], grey, share), mix(sky[1], grey, share), mix(sky[2], grey, share * 0.8))
        far = mix(far, grey, share)
        ground = mix(ground, grey, share)
    if mood.weather == "snow":
        ground = (66, 84, 120) if base.dark else (226, 234, 244)
    if mood.place == "city" and base.dark:
        sky = (sky[0], mix(sky[1], (70, 40, 110), 0.5), mix(sky[2], (190, 70, 130), 0.45))
        far = mix(far, (110, 60, 130), 0.4)
    if mood.place == "underwater":
        sky = ((4, 28, 62), (8, 82, 122), (110, 214, 214))
        far, near, ground = (14, 92, 124), (4, 26, 46), (20, 70, 90)
    if mood.place == "space":
        sky = ((4, 5, 16), (14, 12, 40), (40, 26, 78))
        far, near = (60, 46, 110), (8, 8, 22)
    for tint, colour in (("warm", (255, 170, 90)), ("cold", (90, 150, 230))):
        if mood.tint == tint:
            sky = (mix(sky[0], colour, 0.08), mix(sky[1], colour, 0.14), mix(sky[2], colour, 0.18))
            far = mix(far, colour, 0.12)
    return Palette(sky, far, near, base.light, base.lamp, base.accent, ground, base.dark)

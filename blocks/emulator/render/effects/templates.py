"""The ready-made effects of ``input.template``, one row each (models.yaml effect_templates: ids, names, subjects)."""

from collections.abc import Iterator, Mapping

import av
from PIL import Image, ImageOps

from blocks.emulator.render.drawing.titles import Titles
from blocks.emulator.render.effects.acting import Effect, Prop, Tint, play
from blocks.emulator.render.effects.motions import (
    bend,
    bulge,
    carry,
    circle,
    drip,
    grow,
    head,
    hop,
    lean,
    ripple,
    shake,
    shift,
    slices,
    spin,
    squeeze,
    throb,
    together,
    turn,
)
from blocks.emulator.render.effects.streams import Stream
from blocks.emulator.render.effects.subject import find_subject
from blocks.emulator.render.films.filming import FPS, frame_count
from blocks.emulator.render.stills import QUIET

ACCENT = (255, 255, 255)

# fmt: off
EFFECTS: Mapping[str, Effect] = {
    # of anything
    "squish": Effect((squeeze(-0.38, 0.12, 3),), props=(
        Prop("hand-left", 0.8, -0.95, 0.1, come=(-1.2, 0), sway=(0.1, 0), times=3),
        Prop("hand-right", 0.8, 0.95, 0.1, come=(1.2, 0), sway=(-0.1, 0), times=3),
    )),
    "rotation": Effect((spin(2),), cut=True, ground=(grow(1.06),)),
    "poke": Effect((bulge(0.28, -0.3, 0.5, -1.6, 3), shake(0.012, 9)), props=(
        Prop("finger", 0.7, 0.68, -0.3, come=(1.4, 0), end=0.16, sway=(-0.14, 0), times=3),
    )),
    "inflate": Effect((
        bulge(0, 0.0, 1.25, 0.62, begin=0.03), bulge(0, -0.1, 0.9, 0.35, begin=0.35), carry(0, -0.22, 0.5, 1.0),
        turn(3, 2),
    ), cut=True),
    "dissolve": Effect((ripple(0.015, 3, 2),), cut=True, scatters=True, streams=(
        Stream(("speck", "orb", "speck"), "across", 70, 0.014, 0.7, begin=0.12),
        Stream(("speck",), "out", 50, 0.012, 0.6, begin=0.16, y=0),
    )),
    "melt": Effect((drip(1.1), ripple(0.035, 2, 4)), cut=True, ground=(ripple(0.04, 1.6, 5),),
        tint=Tint(((255, 120, 20),), 0.4, 1.06), streams=(
        Stream(("ember",), "up", 22, 0.03, 0.5),
    )),
    "icecream": Effect((shift(0.05, 0.04, 1), squeeze(0.06, -0.05, 4)), cut=True, ground=(grow(0.9),),
        behind=Tint(((255, 190, 214),), 0.75, 1.15), tint=Tint(((255, 214, 226),), 0.35, 1.06), props=(
            Prop("planet", 0.62, -0.62, -0.5, on="frame", come=(-0.8, -0.5), sway=(0.02, 0.03), behind=True),
            Prop("cone", 0.5, 0.68, 0.5, on="frame", come=(0.6, 0.8), sway=(0.0, 0.04)),
            Prop("cone", 0.36, -0.74, 0.62, on="frame", come=(-0.6, 0.8), sway=(0.0, -0.04)),
        ), streams=(Stream(("sprinkle", "sprinkle-mint", "cream"), "down", 40, 0.032, 0.7),)),
    # of one person
    "carousel": Effect((circle(0.34, 1), hop(-0.12, 5)), cut=True, ground=(ripple(0.01, 1, 1),),
        behind=Tint(((250, 190, 110),), 0.45, 0.8), tint=Tint(((255, 206, 120),), 0.3), props=(
            Prop("awning", 1.9, 0, 0.5, on="frame", come=(0, -0.9), behind=True),
            Prop("horse", 0.55, -0.66, 0.3, on="frame", come=(-0.8, 0), sway=(0.03, 0.14), times=3, behind=True),
            Prop("horse", 0.55, 0.66, 0.3, on="frame", come=(0.8, 0), sway=(0.03, -0.14), times=3, behind=True),
        ), streams=(Stream(("orb",), "float", 12, 0.04, spread=1.2, y=0.6),)),
    "singleheart": Effect((turn(3, 2), throb(1.03, 5)), tint=Tint(((255, 150, 180),), 0.22), props=(
        Prop("heart", 0.62, 0.1, 0.32, begin=0.15, end=0.4, throb=1.25, times=5, grow=1.3),
    )),
    "dance1": Effect((bend(0.36, 3), hop(0.05, 6)), streams=(Stream(("tune",), "float", 9, 0.07, spread=1.1, y=0.2),)),
    "dance2": Effect((head(26, 5, -0.1), bend(0.12, 2.5), squeeze(0.03, -0.06, 5)),
        tint=Tint(((150, 90, 230),), 0.3, 0.96),
        streams=(Stream(("spark-violet",), "out", 18, 0.05, 0.4, y=-0.7),)),
    "dance3": Effect((shift(0.2, 0.07, 2), turn(7, 2)), behind=Tint(((30, 40, 110),), 0.6, 0.5), cut=True,
        ground=(turn(2, 1),), streams=(
            Stream(("star", "spark"), "round", 22, 0.06, 0.5),
            Stream(("star", "spark"), "down", 16, 0.03, 0.9, behind=True),
        )),
    "dance4": Effect((hop(0.07, 8), shift(0.05, 0, 4)), tint=Tint(((255, 200, 90),), 0.18), props=(
        Prop("snap", 0.5, -0.78, 0.1, come=(0, 1.6), sway=(0, 0.16), times=4, end=0.15),
        Prop("snap", 0.5, 0.78, 0.1, come=(0, 1.6), sway=(0, -0.16), times=4, end=0.15),
    ), streams=(Stream(("tune", "spark"), "float", 12, 0.05, 0.4, spread=1.0, y=0.3),)),
    "dance5": Effect((hop(0.16, 6), turn(8, 3)), cut=True,
        copies=((carry(-0.62, 0.05, 0.2, 0.3), hop(0.12, 6), turn(-8, 3)),
            (carry(0.62, 0.05, 0.2, 0.3), hop(0.12, 6), turn(-8, 3))),
        behind=Tint(((255, 40, 120), (40, 120, 255), (40, 230, 140), (255, 190, 40)), 0.75, 0.7, 0.1, 0.2, 3),
        streams=(Stream(("flash", "orb", "orb-blue"), "round", 8, 0.09, 0.34),)),
    "mermaid": Effect((ripple(0.035, 0.8, 2), carry(0, -0.12, 0.1, 0.8)), cut=True, ground=(ripple(0.05, 1.2, 3),),
        behind=Tint(((20, 120, 160),), 0.65, 0.8), tint=Tint(((40, 170, 190),), 0.42, 0.97), props=(
            Prop("tail", 1.7, 0.14, 1.0, on="shoulders", come=(0.3, 1.6), begin=0.2, end=0.55, sway=(0.06, 0.03)),
        ), streams=(Stream(("bubble",), "up", 30, 0.035, 0.6),)),
    "graduation": Effect((head(5, 2), squeeze(0, -0.03, 2)), props=(
        Prop("gown", 2.1, 0, 0.86, on="shoulders", come=(0, 1.8), begin=0.05, end=0.3),
        Prop("cap", 0.95, 0, -0.06, on="head", come=(0, -1.4), begin=0.3, end=0.55, sway=(0.01, 0.015), rides=True),
    ), streams=(Stream(("confetti", "confetti-blue", "star"), "down", 44, 0.026, 0.5, begin=0.45),)),
    "dragon": Effect((hop(-0.12, 9), bend(0.1, 4.5), carry(0.3, 0.1, 0.05, 0.5)), cut=True,
        ground=(shake(0.03, 14), grow(1.2)),
        behind=Tint(((120, 20, 20),), 0.55, 0.5), tint=Tint(((255, 90, 40),), 0.2), props=(
            Prop("dragon", 0.85, -0.5, -0.3, on="frame", come=(-1.4, 0), end=0.5, sway=(0.08, 0.05), times=4, grow=1.3,
                behind=True),
        ), streams=(Stream(("ember", "flame"), "across", 20, 0.045, 0.45, begin=0.2),)),
    "money": Effect((head(-4, 1), throb(1.03, 4)), tint=Tint(((255, 214, 110),), 0.2, 1.04), streams=(
        Stream(("banknote",), "down", 20, 0.1, 0.7), Stream(("coin",), "down", 30, 0.05, 0.45),
        Stream(("banknote", "coin"), "down", 16, 0.05, 0.8, behind=True),
    )),
    "jellyfish": Effect((ripple(0.012, 0.7, 1.5),), cut=True, ground=(ripple(0.03, 1, 1.5),),
        behind=Tint(((24, 30, 120),), 0.7, 0.6), tint=Tint(((90, 100, 230),), 0.28, 0.92), streams=(
            Stream(("jellyfish", "jellyfish-pink"), "up", 7, 0.26, 1.0, behind=True, tumbles=False),
            Stream(("jellyfish-pink", "jellyfish"), "up", 5, 0.17, 0.8, tumbles=False),
            Stream(("orb-blue",), "up", 20, 0.02, 0.9),
        )),
    "pupil": Effect((grow(5, 0.02, 0.6, -0.12, -0.52),), props=(
        Prop("iris", 0.16, 0, 0, on="frame", begin=0.16, end=0.2, grow=30),
    ), streams=(Stream(("spark-blue", "star"), "out", 40, 0.03, 0.25, begin=0.5, y=0),), opens=(0.66, 0.95)),
    # of a person or an animal
    "flying": Effect((carry(0, -0.3, 0.05, 0.5), shift(0.05, 0.05, 1.5), turn(3, 1)), cut=True,
        ground=(carry(0, 0.16, 0.05, 0.9),), streams=(
            Stream(("cloud",), "across", 5, 0.34, 0.8, behind=True, tumbles=False),
            Stream(("spark", "spark-violet"), "round", 24, 0.04, 0.5),
        ), props=(
            Prop("cloud", 1.5, -0.25, 0.78, come=(-2, 0.3), sway=(0.06, 0.02), times=1),
            Prop("cloud", 1.2, 0.45, 0.9, come=(2, 0.3), sway=(-0.06, 0.02), times=1),
        )),
    "rose": Effect((lean(3, 0.2, 0.6), squeeze(0.02, -0.02, 2)), props=(
        Prop("rose", 1.1, 0.32, 0.42, come=(0.1, 1.6), end=0.45, sway=(0.02, 0.02), grow=1.2),
    ), streams=(Stream(("petal-red",), "down", 18, 0.035, 0.7, begin=0.3),)),
    "crystalrose": Effect((lean(-3, 0.2, 0.6), grow(1.08)), tint=Tint(((150, 200, 255),), 0.38, 0.92), props=(
        Prop("orb-blue", 1.1, -0.32, 0.1, begin=0.3, end=0.6, throb=1.3, times=3),
        Prop("rose-crystal", 1.15, -0.32, 0.42, come=(-0.1, 1.6), end=0.45, sway=(0.02, 0.02)),
    ), streams=(Stream(("spark-blue", "spark"), "out", 22, 0.06, 0.35, begin=0.3, x=-0.32, y=0.1),)),
    # of two people
    "hug": Effect((together(0.24, 0.05, 0.55), squeeze(-0.05, 0.02, 2), grow(1.12, 0.4, 1.0)),
        tint=Tint(((255, 190, 130),), 0.25),
        props=(
            Prop("hand-left", 0.62, -0.36, 0.42, come=(-1.6, 0.4), begin=0.1, end=0.5),
            Prop("hand-right", 0.62, 0.36, 0.56, come=(1.6, 0.4), begin=0.1, end=0.5),
        ), streams=(Stream(("heart-pink",), "float", 10, 0.09, 0.5, begin=0.4, spread=0.8, y=-0.2),)),
    "frenchkiss": Effect((together(0.06, 0.05, 0.6, 0.22), grow(1.6, 0.3, 1.0, 0, -0.55)),
        tint=Tint(((226, 40, 80),), 0.34, 0.9, 0.2, 0.7),
        props=(Prop("lips", 0.42, 0.66, -0.56, on="frame", begin=0.6, end=0.72, throb=1.12, times=4),),
        streams=(Stream(("heart", "petal-red"), "up", 16, 0.05, 0.7, begin=0.35),)),
    "coupleheart": Effect((throb(1.09, 6),), tint=Tint(((255, 90, 130),), 0.45, times=6), props=(
        Prop("heart", 0.46, -0.26, -0.1, on="frame", come=(-1, 0), end=0.5, throb=1.22, times=6),
        Prop("heart-pink", 0.46, 0.26, -0.1, on="frame", come=(1, 0), end=0.5, throb=1.22, times=6),
    ), streams=(Stream(("spark",), "out", 16, 0.04, 0.3, begin=0.45),)),
    # first frame of two
    "hanfu-1": Effect((bend(0.1, 1.5), turn(2, 1)), tint=Tint(((255, 206, 150),), 0.26, 1.04), props=(
        Prop("hanfu", 2.2, 0, 0.9, on="shoulders", come=(0, 1.9), begin=0.06, end=0.4),
        Prop("hairpin", 0.7, 0, 0.12, on="head", come=(0, -1.2), begin=0.35, end=0.6, rides=True),
    ), streams=(Stream(("petal",), "down", 34, 0.034, 0.8),)),
    "solaron": Effect((grow(1.1), shake(0.012, 16, 0.25)), tint=Tint(((255, 150, 40),), 0.3, 0.85), props=(
        Prop("orb", 3.0, 0, 0.1, begin=0.1, end=0.5, throb=1.1, times=4, behind=True),
        Prop("chest-gold", 1.15, 0, 0.5, on="shoulders", come=(0, 1.8), begin=0.1, end=0.34),
        Prop("shoulder-gold", 0.66, -0.72, 0.12, on="shoulders", come=(-1.8, -0.4), begin=0.25, end=0.48),
        Prop("shoulder-gold", 0.66, 0.72, 0.12, on="shoulders", come=(1.8, -0.4), begin=0.32, end=0.55),
        Prop("visor-gold", 0.86, 0, 0.44, on="head", come=(0, -1.6), begin=0.5, end=0.68),
    ), streams=(Stream(("flame", "ember"), "up", 22, 0.06, 0.4, tumbles=False),), cut=True,
    behind=Tint(((180, 70, 20),), 0.4, 0.6)),
    "magazine": Effect((grow(1.18, 0.05, 0.5, 0, -0.3), turn(2, 1)),
        tint=Tint(((255, 255, 255),), 0.75, 1.25, times=6), props=(
        Prop("cover", 0.98, 0, 0, on="frame", come=(0, -2.2), begin=0.15, end=0.45),
    ), streams=(Stream(("flash", "spark"), "out", 9, 0.13, 0.2, y=-0.1, begin=0.08),)),
    "mech1": Effect((squeeze(0.02, 0.03, 2),), tint=Tint(((70, 110, 140),), 0.55, 0.82), props=(
        Prop("gear", 0.5, -0.72, 0.5, on="frame", begin=0.15, end=0.4, throb=1.08, times=6, behind=True),
        Prop("gear", 0.36, 0.76, -0.4, on="frame", begin=0.25, end=0.5, throb=1.08, times=6, behind=True),
        Prop("chest-steel", 1.2, 0, 0.56, on="shoulders", begin=0.3, end=0.6, throb=1.02, times=5),
        Prop("orb-blue", 0.5, -0.1, 0.5, on="head", begin=0.55, end=0.75, throb=1.3, times=6),
        Prop("beam", 2.2, 0, 0.0, on="frame", come=(0, 1.3), begin=0.03, end=0.6, leave=0.62),
    ), cut=True, streams=(Stream(("circuit",), "up", 34, 0.05, 0.4),)),
    "mech2": Effect((grow(1.14), slices(0.5, 5, 6)), tint=Tint(((190, 30, 200), (30, 170, 230)), 0.42, 0.85, 0.02,
        0.15, 2), props=(
        Prop("grid", 1.9, 0, 0.1, on="frame", come=(0, 0.9)),
        Prop("visor-neon", 0.8, 0, 0.42, on="head", come=(2.2, 0), begin=0.4, end=0.55),
    ), streams=(Stream(("neon", "circuit"), "across", 26, 0.04, 0.35),), split=0.05),
}
# fmt: on


def show(
    picture: Image.Image, template: str, size: tuple[int, int], seconds: float, *, seed: int, model: str, marked: bool
) -> Iterator[av.VideoFrame]:
    """A picture under an effect.

    Args:
        picture: The first frame.
        template: The effect, one of ``EFFECTS``.
        size: Frame size, even.
        seconds: Length of the video.
        seed: Varies where small things come from.
        model: Named in the slate.
        marked: Whether the generated-by mark is shown.
    """
    fitted = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    titles = Titles(size, "", f"{model} · {template}", ACCENT, marked=marked, shaded=True)
    frames = play(fitted, find_subject(fitted), EFFECTS[template], frame_count(seconds), seed)
    for number, canvas in enumerate(frames):
        if number / FPS > QUIET:
            titles.draw(canvas, number / FPS, number / FPS)
        yield canvas.frame()

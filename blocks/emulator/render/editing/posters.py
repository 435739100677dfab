"""wanx-poster-generation-v1: titles laid out on a drawn background.

Facts: models-extra.yaml wanx-poster-generation-v1 and poster_lora_names. No page names the sizes: 1280*720 and
720*1280, and one and a half times that for a poster made again at a higher resolution, are our choice.
"""

import zlib
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.editing.looks import Look, in_look
from blocks.emulator.render.editing.scenes import scene
from blocks.emulator.render.job import RenderJob
from blocks.media.fonts import font
from blocks.media.lettering import LINE_HEIGHT, drawable, wrap

SIZES = {"横版": (1280, 720), "竖版": (720, 1280)}
LOOKS: Mapping[str, Look] = {
    "": Look("plain", (20, 26, 44), (120, 140, 170), (250, 250, 246), 0.1),
    "2D插画1": Look("flat", (30, 40, 90), (90, 160, 220), (255, 236, 200), 0.45),
    "2D插画2": Look("flat", (90, 40, 60), (240, 140, 110), (255, 240, 210), 0.45),
    "浩瀚星云": Look("3d", (12, 8, 44), (96, 50, 160), (220, 180, 255), 0.65, "glow"),
    "浓郁色彩": Look("comic", (70, 10, 70), (230, 60, 70), (255, 220, 80), 0.45),
    "光线粒子": Look("3d", (8, 12, 36), (20, 100, 190), (180, 240, 255), 0.6, "glow"),
    "透明玻璃": Look("fresh", (60, 110, 130), (160, 210, 226), (246, 254, 255), 0.5, "glow"),
    "剪纸工艺": Look("paper", (130, 16, 22), (214, 52, 44), (255, 224, 180), 0.65),
    "折纸工艺": Look("paper", (40, 90, 110), (120, 190, 180), (255, 246, 224), 0.5),
    "中国水墨": Look("ink", (30, 34, 36), (146, 146, 138), (242, 238, 224), 0.3),
    "中国刺绣": Look("eastern", (110, 24, 36), (200, 90, 80), (250, 220, 170), 0.5, "crayon"),
    "真实场景": Look("plain", (30, 30, 36), (130, 130, 130), (250, 248, 240), 0.05),
    "2D卡通": Look("comic", (50, 40, 120), (80, 190, 230), (255, 244, 160), 0.35),
    "儿童水彩": Look("fresh", (90, 130, 150), (250, 190, 150), (255, 252, 236), 0.4, "brush"),
    "赛博背景": Look("3d", (14, 6, 40), (200, 30, 150), (60, 240, 250), 0.6, "glow"),
    "浅蓝抽象": Look("flat", (110, 160, 210), (176, 212, 240), (246, 252, 255), 0.75),
    "深蓝抽象": Look("flat", (6, 18, 60), (24, 66, 150), (130, 190, 250), 0.75),
    "抽象点线": Look("manga", (24, 30, 50), (110, 130, 160), (248, 248, 244), 0.7),
    "童话油画": Look("eastern", (50, 40, 90), (170, 120, 170), (255, 226, 180), 0.45, "brush"),
}
"""How each style is drawn; the lightest and the darkest colour are those of the writing."""


def make_poster(job: RenderJob, number: int) -> tuple[Image.Image, Image.Image]:
    """A poster, and its background without the writing."""
    asked = job.input
    look = LOOKS.get(str(asked.get("lora_name") or ""), LOOKS[""])
    size = SIZES.get(str(asked.get("wh_ratios") or "横版"), SIZES["横版"])
    if asked.get("generate_mode") in ("sr", "hrf"):
        size = size[0] * 3 // 2, size[1] * 3 // 2
    words = " ".join(str(asked.get(name) or "") for name in ("prompt_text_zh", "prompt_text_en")).strip()
    # The same poster made again has the same background: it hangs on the words, not on the task.
    seed = zlib.crc32(f"{words}|{asked.get('title')}".encode()) % 1000 + _before(job) + number
    drawn = scene(words or str(asked.get("title")), size, seed)
    weight = float(asked.get("lora_weight", 0.8)) / 0.8 if asked.get("lora_name") else 1.0
    ground = in_look(drawn, look, min(1.0, weight))
    if asked.get("generate_mode") == "hrf":
        ground = ground.filter(ImageFilter.UnsharpMask(2, 90, 2))
    return _written(job, ground, look, number + _before(job)), ground


def _before(job: RenderJob) -> int:
    """Which poster of the first call is made again: auxiliary_parameters ends with its number."""
    last = str(job.input.get("auxiliary_parameters") or "").rpartition("-")[2]
    return int(last) if last.isdigit() and len(last) == 1 else 0


def _written(job: RenderJob, ground: Image.Image, look: Look, number: int) -> Image.Image:
    made = ground.copy()
    width, height = made.size
    unit = min(width, height)
    bright = float(np.asarray(ground.convert("L").reduce(8)).mean()) > 150
    ink = mix(look.dark, (0, 0, 0), 0.35) if bright else mix(look.light, (255, 255, 255), 0.5)
    wash = mix(look.light, (255, 255, 255), 0.4) if bright else mix(look.dark, (0, 0, 0), 0.45)
    room = float(job.input.get("ctrl_ratio", 0.7))
    wide = width > height
    left = wide and number % 2 == 0
    made.paste(wash, (0, 0), _room(made.size, wide, left, 0.35 + 0.6 * room))
    margin = round(unit * 0.09)
    column = round(width * 0.5) if wide else width - 2 * margin
    x = margin if left or not wide else width - margin - column
    anchor = "l" if left else ("r" if wide else "m")
    at = {"l": x, "r": x + column, "m": x + column // 2}[anchor]
    title = str(job.input.get("title") or "")
    lines, size = _title_lines(title, column, unit)
    y = height * (0.5 if wide else 0.2) - len(lines) * size * 0.6 - (unit * 0.09 if wide else 0)
    y = max(float(margin), y)
    accent = look.mid if bright else mix(look.mid, look.light, 0.4)
    y = _title(made, lines, size, (at, y), anchor, ink, wash, creative=bool(job.input.get("creative_title_layout")))
    brush = ImageDraw.Draw(made)
    rule = round(unit * 0.16)
    start = {"l": at, "r": at - rule, "m": at - rule // 2}[anchor]
    brush.rectangle([start, y + unit * 0.018, start + rule, y + unit * 0.018 + max(3, unit // 130)], fill=accent)
    y += unit * 0.045
    sub, small = drawable(str(job.input.get("sub_title") or "")), round(unit * 0.05)
    for line in wrap(sub, small, column):
        brush.text((at, y + small * 0.65), line, font=font(small), fill=ink, anchor=f"{anchor}m")
        y += small * LINE_HEIGHT
    body, tiny = str(job.input.get("body_text") or ""), round(unit * 0.038)
    rows = [line for part in body.splitlines() for line in wrap(part, tiny, column)]
    foot = y + unit * 0.03 if wide else height - margin - len(rows) * tiny * 1.5
    for row in rows:
        brush.text((at, foot + tiny * 0.7), row, font=font(tiny), fill=mix(ink, wash, 0.15), anchor=f"{anchor}m")
        foot += tiny * 1.5
    return made


def _title_lines(title: str, column: int, unit: int) -> tuple[list[str], int]:
    """As large as it fits in two lines, three at the smallest."""
    for size in range(round(unit * 0.15), round(unit * 0.07), -2):
        lines = wrap(title, size, column)
        if len(lines) <= 2 and all(len(line) > 1 for line in lines):
            return lines, size
    return wrap(title, round(unit * 0.07), column), round(unit * 0.07)


def _title(
    made: Image.Image,
    lines: list[str],
    size: int,
    at: tuple[float, float],
    anchor: str,
    ink: Colour,
    wash: Colour,
    *,
    creative: bool,
) -> float:
    """Write the title with a soft ground behind the letters; a creative one steps and leans. Gives where it ends."""
    layer = Image.new("L", made.size)
    brush = ImageDraw.Draw(layer)
    x, y = at
    for row, line in enumerate(lines):
        middle = y + size * 0.62
        if creative:
            length, pen = font(size).getlength(line), x
            pen -= {"l": 0.0, "r": length, "m": length / 2}[anchor]
            for place, letter in enumerate(line):
                large = round(size * (1.12 if (place + row) % 3 == 0 else 0.92))
                brush.text(
                    (pen, middle + (place % 2 - 0.5) * size * 0.16), letter, font=font(large), fill=255, anchor="lm"
                )
                pen += font(size).getlength(letter)
        else:
            brush.text((x, middle), line, font=font(size), fill=255, anchor=f"{anchor}m", stroke_width=size // 40)
        y += size * 1.22
    soft = layer.filter(ImageFilter.GaussianBlur(size / 9)).point(lambda v: min(255, v * 2))
    made.paste(wash, (0, 0), soft.point(lambda v: v * 7 // 10))
    made.paste(ink, (0, 0), layer)
    return y


def _room(size: tuple[int, int], wide: bool, left: bool, strength: float) -> Image.Image:
    """Where the background steps back for the writing: on one side, or above and below."""
    ramp = Image.linear_gradient("L")
    if wide:
        side = ramp.rotate(-90 if left else 90).resize(size)
        mask = side.point([round(max(0, v - 70) / 185 * 255) for v in range(256)])
    else:
        up = ramp.rotate(180).resize(size).point([round(max(0, v - 130) / 125 * 255) for v in range(256)])
        down = ramp.resize(size).point([round(max(0, v - 190) / 65 * 255) for v in range(256)])
        mask = ImageChops.lighter(up, down)
    return mask.point(lambda v: round(v * min(1.0, strength)))

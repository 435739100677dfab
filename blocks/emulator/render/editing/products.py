"""wanx-background-generation-v2: a product that was cut out, in front of a new background.

Facts: models.yaml and models-extra.yaml wanx-background-generation-v2: the result has the product's size, elements in
front of it and behind it are scaled to that size and lie in their order from the bottom up.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from blocks.emulator.render.drawing.palettes import Colour, mix
from blocks.emulator.render.editing.given import with_alpha
from blocks.emulator.render.editing.scenes import scene
from blocks.emulator.render.job import RenderJob
from blocks.emulator.render.prompts.words import HOURS
from blocks.emulator.render.stills import load

SURFACES: Mapping[str, Colour] = {
    r"marble|porcelain|大理石|瓷": (226, 224, 220),
    r"linen|cloth|silk|fabric|亚麻|布|丝绸": (222, 208, 186),
    r"\bsand|beach|desert|沙": (226, 196, 150),
    r"snow|\bice\b|雪|冰": (228, 236, 246),
    r"grass|lawn|moss|meadow|草|苔": (96, 136, 70),
    r"water|lake|river|\bsea\b|ocean|水|湖|海": (70, 122, 150),
    r"stone|rock|concrete|石|岩": (142, 138, 132),
    r"wood|table|desk|木|桌": (150, 100, 64),
}
"""What a product stands on, by the words of the background."""


def set_before_a_background(job: RenderJob, number: int) -> Image.Image:
    """The product, pixel by pixel as it was, on a background by words, by a picture, or by both."""
    product = with_alpha(job.media("base_image_url")[0])
    text = str(job.input.get("ref_prompt") or "")
    seed = job.seed + number
    ground = _background(job, product.size, text, seed).convert("RGBA")
    for path in job.media("reference_edge.background_edge"):
        _lay(ground, path)
    alpha = product.getchannel("A")
    if box := alpha.point(lambda v: 255 if v > 40 else 0).getbbox():
        _stand(ground, alpha, box, text, seed)
    ground.alpha_composite(product)
    for path in job.media("reference_edge.foreground_edge"):
        _lay(ground, path)
    return ground.convert("RGB")


def _background(job: RenderJob, size: tuple[int, int], text: str, seed: int) -> Image.Image:
    """Out of focus; of words and picture as ``ref_prompt_weight`` says, nearer to the picture with less noise."""
    guides = job.media("ref_image_url")
    if not guides:
        return _soft(scene(_by_day(text), size, seed), 0.016)
    noise = float(job.parameters.get("noise_level", 300)) / 999
    # Other variants show another part of the picture.
    middle = ((0.5, 0.5), (0.1, 0.4), (0.9, 0.6), (0.4, 0.9))[seed % 4]
    zoom = 1.1 + 0.06 * (seed % 5)
    large = ImageOps.fit(
        load(guides[0]), (round(size[0] * zoom), round(size[1] * zoom)), Image.Resampling.LANCZOS, centering=middle
    )
    left, top = (round((a - b) * m) for a, b, m in zip(large.size, size, middle, strict=True))
    guide = _soft(large.crop((left, top, left + size[0], top + size[1])), 0.004 + 0.05 * noise)
    if not text:
        return guide
    drawn = _soft(scene(_by_day(text), size, seed), 0.016)
    weight = float(job.parameters.get("ref_prompt_weight", 0.5))
    return Image.blend(guide, drawn, min(1.0, max(0.0, weight)))


def _by_day(text: str) -> str:
    """Products are shown by day unless the words name an hour."""
    return text if re.search("|".join(HOURS.values()), text, re.I) else f"{text}, day"


def _soft(picture: Image.Image, part: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(max(0.5, min(picture.size) * part)))


def _lay(ground: Image.Image, path: Path) -> None:
    element = with_alpha(path)
    ground.alpha_composite(element if element.size == ground.size else element.resize(ground.size))


def _stand(ground: Image.Image, alpha: Image.Image, box: tuple[int, int, int, int], text: str, seed: int) -> None:
    """A surface under the product and its shadow on it."""
    width, height = ground.size
    foot, across = box[3], box[2] - box[0]
    edge = round(foot - min(height * 0.16, max(10.0, (foot - box[1]) * 0.22)))
    colour = next((colour for words, colour in SURFACES.items() if re.search(words, text, re.I)), None)
    around = _mean(ground.crop((0, max(0, min(edge, height - 1) - height // 4), width, height)))
    colour = mix(colour, around, 0.25) if colour else mix(around, (255, 255, 255), 0.18)
    if 0 <= edge < height:
        ground.paste(_surface((width, height - edge), colour, (box[0] + box[2]) / 2 / width, seed), (0, edge))
        line = Image.new("L", (width, height))
        ImageDraw.Draw(line).rectangle([0, edge - 2, width, edge + 1], fill=120)
        ground.paste(mix(colour, (255, 255, 255), 0.3), (0, 0), line.filter(ImageFilter.GaussianBlur(1.5)))
    left, _, right, _ = alpha.crop((0, foot - max(2, (foot - box[1]) // 10), width, foot)).getbbox() or box
    # Wide and soft around the foot, narrow and dark where it touches.
    for strength, wide, tall, blur in ((110, 1.5, 0.24, 0.09), (200, 1.04, 0.09, 0.025)):
        half, deep = (right - left) * wide / 2, (right - left) * tall
        middle = (left + right) / 2
        shadow = Image.new("L", ground.size)
        ImageDraw.Draw(shadow).ellipse([middle - half, foot - deep, middle + half, foot + deep * 0.7], fill=strength)
        soft = shadow.filter(ImageFilter.GaussianBlur(max(1.0, across * blur)))
        ground.paste(mix(colour, (8, 8, 14), 0.85), (0, 0), soft)


def _mean(picture: Image.Image) -> Colour:
    red, green, blue = picture.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return red, green, blue


def _surface(size: tuple[int, int], colour: Colour, middle: float, seed: int) -> Image.Image:
    """Seen flatly: lit around the product, with a grain that widens towards the viewer."""
    width, height = size
    random = np.random.default_rng(seed)
    y, x = np.linspace(0, 1, height, dtype=np.float32)[:, None], np.linspace(0, 1, width, dtype=np.float32)[None, :]
    light = 1.12 - 0.32 * y - 0.5 * (x - middle) ** 2
    grain = random.normal(0, 1, (max(2, height // 3), max(2, width // 40))).astype(np.float32)
    fine = np.asarray(Image.fromarray(grain).resize(size, Image.Resampling.BICUBIC))
    pixels = np.array(colour, np.float32)[None, None] * (light + fine * (0.012 + 0.03 * y))[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

"""wanx-style-repaint-v1: a portrait in one of the preset styles, or in the colours of another picture.

Facts: models.yaml wanx-style-repaint-v1 (the short side is 1536 pixels), models-extra.yaml style_index_names.
"""

from collections.abc import Mapping

from PIL import Image

from blocks.emulator.render.editing.given import picture_of
from blocks.emulator.render.editing.looks import Look, filtered, in_colours_of, in_look
from blocks.emulator.render.job import RenderJob

SHORT_SIDE = 1536
LOOKS: Mapping[int, Look] = {
    0: Look("comic", (46, 30, 40), (196, 92, 62), (250, 226, 174), 0.42),
    1: Look("3d", (60, 40, 92), (232, 142, 150), (255, 240, 214), 0.3, "glow"),
    2: Look("fresh", (70, 66, 120), (240, 170, 190), (255, 252, 250), 0.28),
    3: Look("fresh", (52, 96, 92), (150, 206, 170), (252, 255, 240), 0.45),
    4: Look("3d", (6, 14, 44), (30, 130, 220), (170, 250, 255), 0.62, "glow"),
    5: Look("ink", (40, 42, 44), (150, 146, 134), (240, 234, 218), 0.3),
    6: Look("eastern", (28, 18, 16), (150, 52, 36), (238, 190, 110), 0.55),
    7: Look("comic", (60, 20, 120), (255, 80, 140), (255, 236, 80), 0.4),
    8: Look("eastern", (50, 78, 80), (150, 190, 176), (246, 246, 234), 0.5),
    9: Look("flat", (96, 8, 18), (214, 40, 36), (255, 216, 120), 0.55, "frame"),
    14: Look("eastern", (66, 46, 34), (190, 156, 116), (244, 228, 196), 0.5),
    15: Look("paper", (120, 10, 20), (226, 60, 44), (255, 232, 170), 0.6, "frame"),
    30: Look("3d", (70, 60, 130), (190, 160, 236), (255, 236, 250), 0.45, "glow"),
    31: Look("3d", (84, 52, 40), (226, 150, 104), (255, 230, 196), 0.3, "clay"),
    32: Look("flat", (34, 32, 72), (86, 160, 110), (250, 232, 150), 0.25, "pixel"),
    33: Look("plain", (22, 44, 44), (92, 140, 84), (250, 226, 150), 0.45, "brush"),
    34: Look("manga", (10, 10, 12), (128, 128, 130), (252, 252, 250), 0.9),
    35: Look("3d", (40, 54, 80), (110, 170, 230), (255, 250, 240), 0.25),
    36: Look("fresh", (60, 60, 140), (120, 180, 250), (255, 250, 255), 0.45, "glow"),
    37: Look("flat", (70, 60, 50), (206, 170, 120), (255, 250, 236), 0.4, "crayon"),
    38: Look("paper", (50, 60, 140), (250, 140, 80), (255, 236, 130), 0.4, "crayon"),
    39: Look("3d", (80, 60, 60), (250, 180, 120), (255, 244, 224), 0.3, "magnet"),
    40: Look("flat", (90, 40, 90), (250, 130, 170), (255, 240, 246), 0.3, "badge"),
}
"""How each style is drawn."""


def restyle_portrait(job: RenderJob, number: int) -> Image.Image:
    """The portrait in the style asked for, its ratio kept."""
    portrait = picture_of(job, "image_url")
    scale = SHORT_SIDE / min(portrait.size)
    size = round(portrait.width * scale), round(portrait.height * scale)
    portrait = portrait.resize(size, Image.Resampling.LANCZOS)
    index = int(job.input.get("style_index") or 0)
    if index == -1:
        return in_colours_of(filtered(portrait, "3d"), picture_of(job, "style_ref_url"))
    return in_look(portrait, LOOKS[index])

"""The words a picture was edited by, written on it: what no painter without a model can do is at least said."""

from PIL import Image, ImageDraw

from blocks.emulator.render.drawing.palettes import Colour
from blocks.media.lettering import draw_setting, drawable, fit


def captioned(picture: Image.Image, text: str, accent: Colour) -> Image.Image:
    """The picture with the words it was edited by on a bar below."""
    if not drawable(text):
        return picture
    unit = min(picture.size)
    pad = round(unit * 0.025)
    room = picture.width - 5 * pad
    setting = fit(text, room, picture.height * 0.14, largest=round(unit * 0.036), smallest=max(11, round(unit * 0.024)))
    panel = Image.new("RGBA", (setting.width + 3 * pad, setting.height + pad), (12, 14, 20, 190))
    brush = ImageDraw.Draw(panel)
    brush.rectangle([0, 0, max(2, pad // 4), panel.height], fill=(*accent, 255))
    draw_setting(brush, setting, (1.5 * pad, pad / 2), (250, 250, 252, 255))
    made = picture.copy()
    made.paste(panel, (pad, picture.height - pad - panel.height), panel)
    return made

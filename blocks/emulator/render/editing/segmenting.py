"""image-instance-segmentation: a mask whose pixels are the numbers of persons, and a coloured view of it.

Facts: models-extra.yaml image-instance-segmentation. What stands out from the edges of the picture counts as a person.
"""

import numpy as np
from PIL import Image, ImageDraw

from blocks.emulator.render.editing.given import as_image, picture_of
from blocks.emulator.render.editing.regions import things
from blocks.emulator.render.job import RenderJob
from blocks.media.fonts import font

COLOURS = ((236, 84, 92), (72, 142, 240), (86, 196, 120), (248, 190, 70), (170, 108, 232), (60, 200, 206))


def segment(job: RenderJob, number: int) -> tuple[Image.Image, Image.Image]:
    """The mask, of mode L and the picture's size: 0 is nobody, 1 the leftmost, and so on; and the view."""
    picture = picture_of(job, "image_url")
    labels = things(picture)
    return Image.fromarray(labels.astype(np.uint8)), _view(picture, labels)


def _view(picture: Image.Image, labels: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Image.Image:
    view = Image.blend(picture.convert("L").convert("RGB"), picture, 0.3)
    brush = ImageDraw.Draw(view)
    face = font(max(16, min(picture.size) // 18))
    for label in range(1, int(labels.max()) + 1):
        colour = COLOURS[(label - 1) % len(COLOURS)]
        mask = labels == label
        view.paste(colour, (0, 0), as_image(mask).point(lambda v: v * 6 // 10))
        rows, columns = np.nonzero(mask)
        at = float(columns.mean()), float(rows.mean())
        brush.text(at, str(label), font=face, fill="white", stroke_width=3, stroke_fill=colour, anchor="mm")
    return view

"""image-erase-completion: what a mask covers is gone, the hole filled from around it.

Facts: models-extra.yaml image-erase-completion: whatever is not pure black is erased, or kept by the second mask.
"""

import numpy as np
from PIL import Image

from blocks.emulator.render.editing.filling import fill, grown
from blocks.emulator.render.editing.given import painted, picture_of
from blocks.emulator.render.editing.marking import marked_by_default
from blocks.emulator.render.job import RenderJob


def erase(job: RenderJob, number: int) -> Image.Image:
    """The picture without what the mask covers.

    ``dilate_flag`` takes the rim with it, ``fast_mode`` leaves out detail.
    """
    picture = picture_of(job, "image_url")
    hole = painted(job.media("mask_url")[0], picture.size, over=0)
    if job.parameters.get("dilate_flag", True):
        hole = grown(hole, max(2, round(min(picture.size) * 0.008)))
    kept = np.zeros_like(hole)
    for path in job.media("foreground_url"):
        kept |= painted(path, picture.size, over=0)
    hole &= ~kept
    made = fill(picture, hole, detail=not job.parameters.get("fast_mode", False), without=kept)
    return marked_by_default(made, job)

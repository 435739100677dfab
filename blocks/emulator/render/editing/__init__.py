"""Given pictures worked over: a function for each picture model that takes pictures."""

from collections.abc import Callable, Mapping

from PIL import Image

from blocks.emulator.render.editing.erasing import erase
from blocks.emulator.render.editing.instructions import edit
from blocks.emulator.render.editing.merging import merge
from blocks.emulator.render.editing.portraits import restyle_portrait
from blocks.emulator.render.editing.posters import make_poster
from blocks.emulator.render.editing.products import set_before_a_background
from blocks.emulator.render.editing.repainting import paint
from blocks.emulator.render.editing.segmenting import segment
from blocks.emulator.render.editing.shoes import put_on
from blocks.emulator.render.editing.virtual_models import dress
from blocks.emulator.render.editing.widening import widen
from blocks.emulator.render.job import RenderJob

Editor = Callable[[RenderJob, int], Image.Image | tuple[Image.Image, ...]]
"""From a job and the number of the result to its picture, or to one picture for each place of the answer."""

EDITORS: Mapping[str, Editor] = {
    "image-out-painting": widen,
    "image-instance-segmentation": segment,
    "image-erase-completion": erase,
    "wanx-background-generation": set_before_a_background,
    "wanx-x-painting": paint,
    "wanx2.1-imageedit": edit,
    "virtualmodel": dress,
    "wanx-virtualmodel": dress,
    "shoemodel": put_on,
    "wanx-poster-generation": make_poster,
    "wanx-style-repaint": restyle_portrait,
    "wan2.5-i2i": merge,
}
"""What makes a model's pictures, by the start of its id."""

__all__ = ["EDITORS", "Editor"]

"""The emulated service's pictures: what a job asks for, drawn and encoded for real.

One function, ``render``; it is pure, takes and gives values that cross a process boundary, and uses one core.
"""

from blocks.emulator.render.job import Rendered, RenderJob
from blocks.emulator.render.rendering import render

__all__ = ["RenderJob", "Rendered", "render"]

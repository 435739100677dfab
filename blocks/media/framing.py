"""How a picture fills a frame of another shape: cropped, padded or stretched."""

from __future__ import annotations

from typing import Literal

import av
import numpy as np
from PIL import Image, ImageColor, ImageEnhance, ImageFilter, ImageOps

from .filtering import graph_of, pulled
from .reel import COLOURS

How = Literal["crop", "pad", "stretch"]
BLUR = "blur"
"""The background that is the picture itself, large and out of focus."""

_BLURRED = 8
"""A blurred background is made this many times smaller than it shows."""
_DIMMED = 0.7


def is_colour(text: str) -> bool:
    """Whether a word names a colour: ``black``, ``#20242c``."""
    try:
        ImageColor.getrgb(text)
    except ValueError:
        return False
    return True


def frame_size(
    own: tuple[int, int], how: How, *, ratio: float | None, width: int | None, height: int | None
) -> tuple[int, int]:
    """The frame that is wanted, in pixels.

    With a ratio alone, cropping and stretching keep what the picture has of width or height, padding adds to it.

    Args:
        own: width and height of the picture.
        how: how the picture is to fill the frame.
        ratio: width to height of the frame; by default the picture's.
        width: of the frame.
        height: of the frame.
    """
    if width and height:
        return width, height
    wanted = ratio or own[0] / own[1]
    if width:
        return width, max(1, round(width / wanted))
    if height:
        return max(1, round(height * wanted)), height
    wider = own[0] / own[1] > wanted
    keeps_width = wider if how == "pad" else not wider
    return (own[0], max(1, round(own[0] / wanted))) if keeps_width else (max(1, round(own[1] * wanted)), own[1])


def look(size: tuple[int, int], how: How, background: str = "black") -> str:
    """The filters that bring a film's pictures into a frame, for a `reel`.

    Args:
        size: of the frame, even.
        how: how they fill it.
        background: what shows where a padded picture does not reach: a colour or ``blur``.
    """
    width, height = size
    whole = f"scale={width}:{height}"
    crop = f"crop={width}:{height}"
    cover = f"{whole}:force_original_aspect_ratio=increase:force_divisible_by=2:flags=bicubic:{COLOURS},{crop}"
    inside = f"{whole}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic:{COLOURS}"
    if how == "stretch":
        return f"{whole}:flags=bicubic:{COLOURS},format=yuv420p"
    if how == "crop":
        return f"{cover},format=yuv420p"
    middle = "(ow-iw)/2:(oh-ih)/2"
    if background != BLUR:
        red, green, blue = ImageColor.getrgb(background)[:3]
        return f"{inside},format=yuv420p,pad={width}:{height}:{middle}:color=0x{red:02x}{green:02x}{blue:02x}"
    dimmed = f"y=16+(val-16)*{_DIMMED}:u=128+(val-128)*{_DIMMED}:v=128+(val-128)*{_DIMMED}"
    small = f"{max(2, width // _BLURRED)}:{max(2, height // _BLURRED)}"
    return (
        f"split[sharp][wide];[wide]scale={small}:force_original_aspect_ratio=increase:{COLOURS},crop={small}"
        f",format=yuv420p,gblur=sigma={min(size) / _BLURRED / 18:.2f},lutyuv={dimmed}"
        f",{whole}:flags=bicubic,setsar=1[back];[sharp]{inside},format=yuv420p,setsar=1[front]"
        ";[back][front]overlay=x=(W-w)/2:y=(H-h)/2"
    )


def framed(picture: Image.Image, size: tuple[int, int], how: How, background: str = "black") -> Image.Image:
    """A picture in a frame; transparency is kept, padding is opaque unless the background is ``transparent``."""
    if how == "stretch":
        return picture.resize(size, Image.Resampling.LANCZOS)
    if how == "crop":
        return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    inside = ImageOps.contain(picture, size, Image.Resampling.LANCZOS)
    at = ((size[0] - inside.width) // 2, (size[1] - inside.height) // 2)
    if background == BLUR:
        small = ImageOps.fit(picture.convert("RGB"), (max(1, size[0] // _BLURRED), max(1, size[1] // _BLURRED)))
        soft = small.filter(ImageFilter.GaussianBlur(min(size) / _BLURRED / 18))
        paper = ImageEnhance.Brightness(soft).enhance(_DIMMED).resize(size, Image.Resampling.BICUBIC)
    elif background == "transparent":
        paper = Image.new("RGBA", size, (0, 0, 0, 0))
    else:
        paper = Image.new("RGB", size, ImageColor.getrgb(background)[:3])
    paper.paste(inside.convert(paper.mode), at, inside if inside.mode == "RGBA" and paper.mode == "RGB" else None)
    return paper


def frame_of(picture: Image.Image, pixels: str = "yuv420p") -> av.VideoFrame:
    """A picture as a frame in the colours of our films; ``yuva420p`` keeps its transparency."""
    mode = "rgba" if pixels == "yuva420p" else "rgb24"
    frame = av.VideoFrame.from_ndarray(np.asarray(picture.convert("RGBA" if mode == "rgba" else "RGB")), format=mode)
    frame.pts = 0
    graph = graph_of([frame], f"scale={COLOURS}:flags=accurate_rnd,format={pixels}")
    graph.vpush(frame)
    graph.vpush(None)
    [made] = pulled(graph)
    return made

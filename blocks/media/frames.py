"""Single pictures out of a film: the first, the last, the one that stands for it."""

from __future__ import annotations

import os
from collections.abc import Sequence

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream
from PIL import Image, ImageOps

from .colours import colourspace_of
from .errors import MediaError
from .probe import MediaInfo, looks_like_image, opened_image, picture_stream, stream_seconds
from .saving import save_picture
from .sources import Source, name_of, opened

_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
_FLAT = 6.0
"""A picture whose brightness varies less than this (of 255) shows nothing: a fade, a blank."""

_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


def first_frame(source: Source, dst: str | os.PathLike[str]) -> MediaInfo:
    """Saves a film's first picture as PNG; of a still picture, the picture itself.

    Args:
        source: the film.
        dst: the PNG to write.

    Raises:
        MediaError: there is none, or it cannot be decoded.
    """
    return save_picture(picture_at(source, 0.0), dst)


def last_frame(source: Source, dst: str | os.PathLike[str]) -> MediaInfo:
    """Saves a film's very last picture as PNG; decodes only from the last picture one can seek to.

    Args:
        source: the film.
        dst: the PNG to write.

    Raises:
        MediaError: there is none, or it cannot be decoded.
    """
    if looks_like_image(source):
        return save_picture(_still(source), dst)
    picture = _last_picture(source, seek=True) or _last_picture(source, seek=False)
    if picture is None:
        raise MediaError("holds no picture that can be decoded", name_of(source))
    return save_picture(picture, dst)


def poster(source: Source, dst: str | os.PathLike[str], *, at: float = 0.3) -> MediaInfo:
    """Saves the picture that stands for a film as JPEG.

    Args:
        source: the film, or a picture.
        dst: the JPEG to write.
        at: where to take it, 0 (start) to 1 (end). Where the film shows nothing there, another place is taken.

    Raises:
        MediaError: nothing can be decoded.
    """
    return save_picture(representative(source, at=at), dst, quality=88)


def representative(source: Source, *, at: float = 0.5) -> Image.Image:
    """A picture of the film that shows something, best at the part `at` (0 to 1) of it."""
    picture = picture_at(source, at)
    if not looks_like_image(source) and _detail(picture) < _FLAT:
        others = pictures_at(source, (0.25, 0.5, 0.75))
        picture = max([picture, *others], key=_detail)
    return picture


def picture_at(source: Source, at: float) -> Image.Image:
    """The picture at a part of the film, 0 (first) to 1 (last); upright, in RGB or RGBA."""
    return pictures_at(source, (at,))[0]


def pictures_at(source: Source, parts: Sequence[float]) -> list[Image.Image]:
    """The pictures at some parts of a film, each 0 (first) to 1 (last), in the order given; of a still, itself."""
    if looks_like_image(source):
        return [_still(source)] * len(parts)
    pictures: list[Image.Image] = []
    for part in parts:
        picture = _picture_at(source, part, seek=True) or _picture_at(source, part, seek=False)
        if picture is None:
            raise MediaError("holds no picture that can be decoded", name_of(source))
        pictures.append(picture)
    return pictures


def to_picture(frame: av.VideoFrame, stream: VideoStream) -> Image.Image:
    """A decoded frame as a picture: upright, square pixels, the right colours, transparency kept."""
    alpha = any(component.is_alpha for component in frame.format.components)
    pixels = frame.to_ndarray(
        format="rgba" if alpha else "rgb24", src_colorspace=colourspace_of(frame), interpolation=int(_EXACT)
    )
    picture = Image.fromarray(pixels.astype(np.uint8, copy=False))
    aspect = stream.sample_aspect_ratio
    if aspect and aspect != 1:
        picture = picture.resize((max(1, round(picture.width * aspect)), picture.height), Image.Resampling.LANCZOS)
    turn = _TURNS.get(frame.rotation % 360)
    return picture.transpose(turn) if turn is not None else picture


def _still(source: Source) -> Image.Image:
    with opened_image(source) as image:
        upright = ImageOps.exif_transpose(image)
        return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _detail(picture: Image.Image) -> float:
    return float(np.asarray(picture.convert("L").resize((64, 36))).std())


def _stream_of(container: InputContainer, source: Source) -> VideoStream:
    stream = picture_stream(container)
    if stream is None:
        raise MediaError("has no pictures", name_of(source))
    stream.thread_type = "AUTO"
    return stream


def _last_picture(source: Source, *, seek: bool) -> Image.Image | None:
    """The last picture, decoded from the last place one can seek to, or from the start."""
    with opened(source) as container:
        stream = _stream_of(container, source)
        seconds = stream_seconds(container, stream)
        if seek:
            if not seconds or stream.time_base is None:
                return None
            container.seek((stream.start_time or 0) + int(seconds / stream.time_base), stream=stream, backward=True)
        last: av.VideoFrame | None = None
        for frame in container.decode(stream):
            if last is None or last.pts is None or frame.pts is None or frame.pts >= last.pts:
                last = frame
        return to_picture(last, stream) if last is not None else None


def _picture_at(source: Source, part: float, *, seek: bool) -> Image.Image | None:
    """The picture that shows at a part of the film, found by seeking, or by decoding from the start."""
    with opened(source) as container:
        stream = _stream_of(container, source)
        seconds = (stream_seconds(container, stream) or 0.0) * part
        target = (stream.start_time or 0) + (int(seconds / stream.time_base) if stream.time_base else 0)
        if seek:
            container.seek(target, stream=stream, backward=True)
        chosen: av.VideoFrame | None = None
        for frame in container.decode(stream):
            if chosen is not None and frame.pts is not None and frame.pts > target:
                break
            chosen = frame
        return to_picture(chosen, stream) if chosen is not None else None

"""What a model demands of its files, and what the service says of one that does not meet it.

Codes and messages: models.yaml `common.errors`; models-extra.yaml `errors`, and those of each model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from blocks.catalog import Media, Request
from blocks.media import MediaInfo

Infos = Mapping[tuple[str | int, ...], MediaInfo]

_SLACK = 0.1  # seconds or frames a second
_MEGABYTE = 1024 * 1024

_FORMAT = ("InvalidImage.FileFormat", "InvalidFile.Format", "InvalidFile.Openerror")
_SIDES = ("InvalidFile.Resolution",)
_DOWNLOAD = ("InvalidURL.Timeout", "InvalidURL.ConnectionRefused")
_TOOL = {
    _FORMAT: ("InvalidParameter.ImageFormat", "read image error"),
    _DOWNLOAD: ("InvalidParameter.FileDownload", "download for input_image error"),
}
_OWN: dict[str, dict[tuple[str, ...], tuple[str, str]]] = {
    "image-instance-segmentation": _TOOL,
    "image-out-painting": _TOOL,
    "image-erase-completion": {
        **_TOOL,
        _SIDES: ("InvalidParameter.ImageResolution", "the size of input image is too small or too large"),
    },
    "wanx-style-repaint-v1": {
        _FORMAT: ("InvalidImageFormat", "The input image is in invalid format"),
        _SIDES: ("InvalidImageResolution", "The input image resolution is too large or small"),
        _DOWNLOAD: ("InvalidURL", "The request URL is invalid, make sure the url is correct and is an image."),
    },
}
"""By model: what it says instead of the usual codes."""


class InputFailed(Exception):
    """An input that cannot be used; becomes the code and message of the failed task."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def said_by(model: str, error: InputFailed) -> InputFailed:
    """The failure as this model says it."""
    for codes, said in _OWN.get(model, {}).items():
        if error.code in codes:
            return InputFailed(*said)
    return error


def unreadable(spec: Media) -> InputFailed:
    """What is said of a file that is no picture, film or sound at all."""
    if spec.kind == "image":
        return _no_picture()
    return InputFailed("InvalidFile.Openerror", "Invalid file, cannot open file as video/audio/image.")


def check(info: MediaInfo, spec: Media) -> None:
    """Compares a file with what the model takes.

    Raises:
        InputFailed: It does not fit.
    """
    if info.kind != spec.kind or not spec.takes(info.format):
        raise _wrong_format(spec)
    if info.width and info.height:
        low, high = min(info.width, info.height), max(info.width, info.height)
        too_small = spec.min_side is not None and low < spec.min_side
        too_large = spec.max_side is not None and high > spec.max_side
        too_large = too_large or (spec.max_pixels is not None and low * high > spec.max_pixels)
        if too_small or too_large or not spec.shaped(high / low, 0.01):
            limits = f"{spec.min_side or 1} ~ {spec.max_side or 'any'}, ratio up to {spec.max_ratio or 'any'}"
            raise InputFailed(
                "InvalidFile.Resolution",
                f"Invalid {spec.kind} resolution {info.width}*{info.height}. The height and width must be {limits}.",
            )
    if info.has_alpha and not spec.alpha:
        # The pages say no transparent parts and name no code of its own.
        raise _no_picture("It has transparent parts.")
    if spec.needs_alpha and not info.has_alpha:
        # models-extra.yaml wanx-background-generation-v2, errors
        raise InputFailed("BadRequest.UnsupportedFileFormat", "Base image require RGBA format, but is RGB")
    if info.seconds is not None and spec.kind != "image" and not spec.lasts(info.seconds, _SLACK):
        span = f"{spec.min_seconds or 0:g}s ~ {spec.max_seconds or float('inf'):g}s"
        raise InputFailed("InvalidFile.Duration", f"Invalid file duration. The file duration must be {span}.")
    if spec.max_bytes is not None and info.bytes > spec.max_bytes:
        message = f"Invalid file size. The {spec.kind} file size must be less than {spec.max_bytes // _MEGABYTE}MB."
        raise InputFailed("InvalidFile.Size", message)
    if info.fps is not None and not spec.runs(info.fps, _SLACK):
        span = f"{spec.min_fps or 0:g} ~ {spec.max_fps:g}" if spec.max_fps else f"at least {spec.min_fps:g}"
        raise InputFailed("InvalidFile.FPS", f"Invalid video FPS. The video FPS must be {span}.")
    if spec.codecs and info.video_codec is not None and info.video_codec not in spec.codecs:
        message = f"Invalid file format, the video must be encoded as {' or '.join(spec.codecs)}."
        raise InputFailed("InvalidFile.Format", message)


def check_together(request: Request, infos: Infos) -> None:
    """Compares files with each other and with what is asked: pictures of one size, not too many of a kind whatever
    they are called, and what the catalog forbids beside such files.

    Raises:
        InputFailed: They do not go together.
    """
    fields = request.media()
    for field in fields:
        here, there = infos[field.path], infos.get((*field.path[:-1], field.spec.same_size_as or ""))
        if there is not None and (here.width, here.height) != (there.width, there.height):
            message = f"The image resolution of {field.path[-1]} is different from {field.spec.same_size_as}."
            raise InputFailed("InvalidFile.Resolution", message)
    specs = {field.path[:-1]: field.spec for field in fields}
    for (path, kind), count in Counter((path[:-1], info.kind) for path, info in infos.items()).items():
        most = specs[path].of(kind).most
        if most is not None and count > most:
            said = f"{'.'.join(map(str, path))} holds {count} {kind}s, at most {most}"
            raise InputFailed("InvalidParameter", f"the parameters must conform to the specification: {said}")
    for conflict in request.conflicts_with({field.name: infos[field.path] for field in fields}):
        if conflict.refused:
            said = f"{conflict.field}: {conflict.message}"
            raise InputFailed("InvalidParameter", f"the parameters must conform to the specification: {said}")


def _wrong_format(spec: Media) -> InputFailed:
    if spec.kinds == ("image",):
        return _no_picture()
    types = [name.upper() for kind in spec.kinds for name in spec.of(kind).formats] or list(spec.kinds)
    said = f"Invalid file format，the request file format is one of the following types: {', '.join(types)}."
    return InputFailed("InvalidFile.Format", said)


def _no_picture(more: str = "") -> InputFailed:
    said = "Invalid image type. Please ensure the uploaded file is a valid image."
    return InputFailed("InvalidImage.FileFormat", f"{said} {more}".strip())

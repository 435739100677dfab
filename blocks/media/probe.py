"""What a media file is, by its content: never by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from .captions import captions_format, read_captions
from .errors import MediaError
from .sources import Source, head_of, name_of, opened, size_of

IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""What Pillow may read. Its other readers are rare, and one of them starts a program."""

_EXIF_ROTATION = {3: 180, 4: 180, 5: 270, 6: 270, 7: 90, 8: 90}

CAPTION_TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt"}
"""Captions by the name of their format."""

_VIDEO_TYPES = {
    "matroska": ("video/x-matroska", "mkv"),
    "avi": ("video/x-msvideo", "avi"),
    "mpegts": ("video/mp2t", "ts"),
    "mpeg": ("video/mpeg", "mpeg"),
    "flv": ("video/x-flv", "flv"),
    "asf": ("video/x-ms-wmv", "wmv"),
    "ogg": ("video/ogg", "ogv"),
}
_AUDIO_TYPES = {
    "mov": ("audio/mp4", "m4a"),
    "matroska": ("audio/x-matroska", "mka"),
    "mp3": ("audio/mpeg", "mp3"),
    "asf": ("audio/x-ms-wma", "wma"),
    "caf": ("audio/x-caf", "caf"),
}


@dataclass(frozen=True)
class MediaInfo:
    """What a media file is.

    Attributes:
        media_type: by content, e.g. ``video/mp4``.
        format: its short name, e.g. ``mp4``, ``jpeg``, ``wav``.
        bytes: size of the file.
        width: pixels as shown, after rotation.
        height: pixels as shown, after rotation.
        seconds: length of the picture track of a film, of the sound else; None for a still picture.
        fps: pictures a second.
        video_codec: FFmpeg's name, e.g. ``h264``.
        audio_codec: FFmpeg's name, e.g. ``aac``.
        sample_rate: sound samples a second.
        channels: sound channels.
        has_alpha: some of the picture may be transparent.
        rotation: degrees counter-clockwise a player turns the stored picture by: 0, 90, 180 or 270.
    """

    media_type: str
    format: str
    bytes: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    fps: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    has_alpha: bool = False
    rotation: int = 0

    @property
    def kind(self) -> str:
        """``video``, ``image``, ``audio``; ``text`` or ``application`` for captions."""
        return self.media_type.partition("/")[0]

    @property
    def has_video(self) -> bool:
        """It has moving pictures."""
        return self.video_codec is not None

    @property
    def has_audio(self) -> bool:
        """It has sound."""
        return self.audio_codec is not None


def probe(source: Source) -> MediaInfo:
    """Tells what a picture, a sound, a film or a file of captions is; reads little more than its head, captions whole.

    Args:
        source: a local path or a seekable binary file.

    Raises:
        MediaError: it is missing, or nothing that we can read; of captions, in which line.
    """
    if looks_like_image(source):
        with opened_image(source) as image:
            return _image_info(image, source)
    captions = captions_format(source)
    if captions is not None:
        read_captions(source)
        return MediaInfo(CAPTION_TYPES[captions], captions, size_of(source))
    with opened(source) as container:
        return container_info(container, source)


def looks_like_image(source: Source) -> bool:
    """Whether Pillow is the one to read this, judged by the first bytes."""
    head = head_of(source)
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\x00", b"MM\x00*"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"))
    )


@contextmanager
def opened_image(source: Source) -> Iterator[ImageFile.ImageFile]:
    """Opens a picture; Pillow's errors become ours, also those raised while its pixels are read."""
    where = name_of(source)
    try:
        with Image.open(cast("str | IO[bytes]", source), formats=IMAGE_FORMATS) as image:
            yield image
    except UnidentifiedImageError as error:
        raise MediaError("is damaged or no picture that can be read", where) from error
    except Image.DecompressionBombError as error:
        raise MediaError(f"is larger than {2 * (Image.MAX_IMAGE_PIXELS or 0)} pixels", where) from error
    except (OSError, SyntaxError, EOFError) as error:
        raise MediaError(f"is damaged or incomplete ({error})", where) from error


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The film's picture track; cover art inside a sound file is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def has_alpha_beside(video: VideoStream) -> bool:
    """Whether a WebM says that its transparency stands beside its pictures; FFmpeg writes that in capitals."""
    return any(key.lower() == "alpha_mode" and value == "1" for key, value in video.metadata.items())


def stream_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """How long the picture track is, in seconds; None when the file does not say."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else None


def _image_info(image: ImageFile.ImageFile, source: Source) -> MediaInfo:
    rotation = _EXIF_ROTATION.get(image.getexif().get(ExifTags.Base.Orientation, 1), 0)
    width, height = image.size
    if rotation in (90, 270):
        width, height = height, width
    frames = getattr(image, "n_frames", 1)
    seconds = _animation_seconds(image, frames) if frames > 1 and image.format in ("GIF", "WEBP", "PNG") else None
    name = (image.format or "").lower()
    return MediaInfo(
        media_type=Image.MIME.get(image.format or "", f"image/{name}"),
        format=name,
        bytes=size_of(source),
        width=width,
        height=height,
        seconds=seconds,
        fps=frames / seconds if seconds else None,
        has_alpha=image.has_transparency_data,
        rotation=rotation,
    )


def _animation_seconds(image: ImageFile.ImageFile, frames: int) -> float:
    total = 0.0
    for index in range(frames):
        image.seek(index)
        image.load()  # WebP tells a frame's length only once it is decoded
        total += float(image.info.get("duration", 0))
    image.seek(0)
    return total / 1000


def container_info(container: InputContainer, source: Source) -> MediaInfo:
    """What an open sound or film is; decodes its first picture."""
    video = picture_stream(container)
    audio = container.streams.audio[0] if container.streams.audio else None
    if video is None and audio is None:
        raise MediaError("holds neither pictures nor sound", name_of(source))
    media_type, format_name = _media_type(container, source, video is not None)
    width = height = fps = None
    seconds = container.duration / 1_000_000 if container.duration else None
    alpha, rotation = False, 0
    if video is not None:
        frame = _first_frame(container, video, source)
        rotation = frame.rotation % 360
        width, height = max(1, round(frame.width * (video.sample_aspect_ratio or 1))), frame.height
        if rotation in (90, 270):
            width, height = height, width
        rate = video.average_rate or video.guessed_rate
        fps = float(rate) if rate else None
        seconds = stream_seconds(container, video)
        alpha = has_alpha_beside(video) or any(c.is_alpha for c in frame.format.components)
    return MediaInfo(
        media_type=media_type,
        format=format_name,
        bytes=size_of(source),
        width=width,
        height=height,
        seconds=seconds,
        fps=fps,
        video_codec=video.codec_context.codec.canonical_name if video is not None else None,
        audio_codec=audio.codec_context.codec.canonical_name if audio is not None else None,
        sample_rate=audio.codec_context.sample_rate if audio is not None else None,
        channels=audio.codec_context.channels if audio is not None else None,
        has_alpha=alpha,
        rotation=rotation,
    )


def _first_frame(container: InputContainer, video: VideoStream, source: Source) -> VideoFrame:
    for frame in container.decode(video):
        return frame
    raise MediaError("holds no picture that can be decoded", name_of(source))


def _media_type(container: InputContainer, source: Source, has_video: bool) -> tuple[str, str]:
    readers = container.format.name.split(",")
    reader = readers[0]
    if not has_video:
        return _AUDIO_TYPES.get(reader, (f"audio/{reader}", reader))
    if reader == "mov":
        return ("video/quicktime", "mov") if head_of(source)[8:12] == b"qt  " else ("video/mp4", "mp4")
    if reader == "matroska" and b"webm" in head_of(source):
        return "video/webm", "webm"
    return _VIDEO_TYPES.get(reader, (f"video/{reader}", reader))

"""What decides whether films can be put one after the other without decoding them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from .errors import MediaError
from .nal import AvcConfig, length_size
from .packets import packets_of
from .probe import MediaInfo, container_info, looks_like_image, picture_stream, probe, stream_seconds
from .sources import Source, name_of, opened

AAC_FRAME = 1024
"""Samples in a packet of AAC-LC."""

_AAC_LC = 2
_COPIED = ("h264", "hevc", "av1")
"""Codecs that players expect in an MP4."""

_SEPARATE_SETS = ("h264", "hevc")


@dataclass(frozen=True)
class Look:
    """What must be equal for two films' pictures to share a track. Parameter sets count: a decoder reads them once."""

    codec: str
    profile: str | None
    width: int
    height: int
    pixels: str | None
    fps: float
    rotation: int
    aspect: Fraction
    colours: tuple[int, int, int, int]
    config: bytes


@dataclass(frozen=True)
class Tone:
    """What must be equal for two films' sound to share a track."""

    sample_rate: int
    channels: int


@dataclass(frozen=True)
class Clip:
    """A film to be put after another.

    Attributes:
        source: where it is.
        info: what it is.
        look: its pictures' parameters; None when they cannot be copied.
        tone: its sound's parameters; None when it has none or it cannot be copied.
        start: when its first picture shows, in seconds of its own clock.
        delay: how long before it shows the first picture is decoded, in seconds.
        seconds: how long its pictures are.
    """

    source: Source
    info: MediaInfo
    look: Look | None
    tone: Tone | None
    start: Fraction
    delay: Fraction
    seconds: float

    @property
    def avc(self) -> AvcConfig | None:
        """Its H.264 decoder configuration."""
        return AvcConfig.read(self.look.config) if self.look is not None and self.look.codec == "h264" else None


def describe(source: Source) -> Clip:
    """Reads what matters of a film.

    Raises:
        MediaError: it is no film, or cannot be read.
    """
    if looks_like_image(source):
        raise MediaError(f"is no film ({probe(source).media_type})", name_of(source))
    with opened(source) as container:
        info = container_info(container, source)
        video = picture_stream(container)
        if video is None:
            raise MediaError(f"is no film ({info.media_type})", name_of(source))
        container.seek(container.start_time or 0)
        first = _first_packet(container, video, source)
        pts = first.pts if first.pts is not None else 0
        dts = first.dts if first.dts is not None else pts
        copyable = first.is_keyframe and first.pts is not None and not _is_trimmed(video, first) and _is_plain(video)
        return Clip(
            source=source,
            info=info,
            look=_look(video, info) if copyable else None,
            tone=_tone(container),
            start=pts * first.time_base,
            delay=(pts - dts) * first.time_base,
            seconds=stream_seconds(container, video) or 0.0,
        )


def _first_packet(container: InputContainer, video: VideoStream, source: Source) -> Packet[VideoStream]:
    for packet in packets_of(container, [video]):
        return packet
    raise MediaError("holds no picture", name_of(source))


def _is_trimmed(video: VideoStream, first: Packet[VideoStream]) -> bool:
    """An edit list hides some of the pictures that are stored; a copy would show them."""
    return first.is_discard or any(entry.is_discard for entry in video.index_entries)


def _is_plain(video: VideoStream) -> bool:
    """It is a codec for MP4, and its parameter sets stand apart from the packets, as an MP4 wants them."""
    codec = video.codec_context
    name = codec.codec.canonical_name
    if name not in _COPIED:
        return False
    return name not in _SEPARATE_SETS or length_size(name, codec.extradata) is not None


def _look(video: VideoStream, info: MediaInfo) -> Look:
    codec = video.codec_context
    return Look(
        codec=codec.codec.canonical_name,
        profile=codec.profile,
        width=codec.width,
        height=codec.height,
        pixels=codec.pix_fmt,
        fps=round(info.fps or 0.0, 1),
        rotation=info.rotation,
        aspect=video.sample_aspect_ratio or Fraction(1),
        colours=(codec.color_range, codec.colorspace, codec.color_primaries, codec.color_trc),
        config=codec.extradata or b"",
    )


def _tone(container: InputContainer) -> Tone | None:
    """AAC-LC with one or two channels, told by its configuration (ISO/IEC 14496-3); nothing else is copied."""
    if not container.streams.audio:
        return None
    stream = container.streams.audio[0]
    codec = stream.codec_context
    config = codec.extradata or b""
    if codec.name != "aac" or codec.profile != "LC" or len(config) < 2 or codec.channels > 2:
        return None
    bits = int.from_bytes(config[:2], "big")
    kind, channels, frame_flags = bits >> 11, bits >> 3 & 15, bits & 7
    if kind != _AAC_LC or channels != codec.channels or frame_flags or codec.frame_size != AAC_FRAME:
        return None
    return Tone(sample_rate=codec.sample_rate, channels=codec.channels)

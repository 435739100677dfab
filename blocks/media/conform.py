"""Making one film fit others: the same size, frame rate and codec, so that its packets can stand between theirs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction

import av
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.stream import VideoStream

from .aac import AudioFormat
from .clip import Clip, Tone
from .colours import colourspace_of
from .errors import MediaError
from .probe import picture_stream
from .remux import with_sound
from .sound import SoundReader
from .sources import name_of, opened
from .writer import VideoWriter

_TURNS = {90: ["transpose=cclock"], 180: ["hflip", "vflip"], 270: ["transpose=clock"]}


@dataclass(frozen=True)
class Target:
    """What to make of a film.

    Attributes:
        width: pixels, even.
        height: pixels, even.
        fps: pictures a second.
        profile: x264's name of the H.264 profile.
        number: of the parameter sets, so that they can stand beside other films' sets.
        reorder: pictures may be stored in another order than shown (B-frames).
    """

    width: int
    height: int
    fps: Fraction
    profile: str = "high"
    number: int = 0
    reorder: bool = True


def conform(clip: Clip, dst: str | os.PathLike[str], target: Target, tone: Tone, *, threads: int = 0) -> None:
    """Encodes a film anew so that it fits: upright, whole picture with black around it, same length, sound kept."""
    audio = AudioFormat(tone.sample_rate, tone.channels) if clip.info.has_audio else None
    options = {
        "profile": target.profile,
        "x264-params": f"sps-id={target.number}" + ("" if target.reorder else ":bframes=0"),
    }
    with ExitStack() as stack:
        sound = None
        if audio is not None:
            sound = stack.enter_context(
                SoundReader(clip.source, rate=tone.sample_rate, channels=tone.channels, start=float(clip.start))
            )
        film = stack.enter_context(
            VideoWriter(
                dst,
                target.width,
                target.height,
                target.fps,
                audio=audio,
                preset="veryfast",
                crf=18,
                threads=threads,
                options=options,
            )
        )
        for frame in _frames(clip, target):
            film.write(frame)
            if sound is not None:
                film.write_audio(sound.read(round(film.seconds * tone.sample_rate) - film.samples))


def conform_sound(clip: Clip, dst: str | os.PathLike[str], tone: Tone) -> None:
    """Encodes a film's sound anew and copies its pictures."""
    with SoundReader(clip.source, rate=tone.sample_rate, channels=tone.channels, start=float(clip.start)) as sound:
        audio = AudioFormat(tone.sample_rate, tone.channels)
        with_sound(clip.source, dst, sound.read, seconds=clip.seconds, audio=audio)


def _frames(clip: Clip, target: Target) -> Iterator[av.VideoFrame]:
    """The film's pictures as the target wants them: exactly as many as its length asks for."""
    wanted = max(1, round(Fraction(clip.seconds) * target.fps))
    count = 0
    last: av.VideoFrame | None = None
    for frame in _filtered(clip, target):
        if count < wanted:
            yield frame
            count += 1
            last = frame
    if last is None:
        raise MediaError("holds no picture that can be decoded", name_of(clip.source))
    for _ in range(wanted - count):
        yield last


def _filtered(clip: Clip, target: Target) -> Iterator[av.VideoFrame]:
    with opened(clip.source) as container:
        stream = picture_stream(container)
        assert stream is not None
        stream.thread_type = "AUTO"
        graph: Graph | None = None
        for frame in container.decode(stream):
            if frame.pts is None:
                continue
            frame.colorspace = colourspace_of(frame)
            graph = graph or _graph(frame, stream, target)
            frame.pts -= round(clip.start / frame.time_base) if frame.time_base else 0
            graph.vpush(frame)
            yield from _pull(graph)
        if graph is not None:
            graph.vpush(None)
            yield from _pull(graph)


def _pull(graph: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def _graph(frame: av.VideoFrame, stream: VideoStream, target: Target) -> Graph:
    aspect = stream.sample_aspect_ratio or Fraction(1)
    size = f"{target.width}:{target.height}"
    steps = [
        *([f"scale=w=trunc(iw*{aspect.numerator}/{aspect.denominator}):h=ih", "setsar=1"] if aspect != 1 else []),
        *_TURNS.get(frame.rotation % 360, []),
        f"scale={size}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic"
        ":out_color_matrix=bt709:out_range=tv",
        "format=yuv420p",
        f"pad={size}:(ow-iw)/2:(oh-ih)/2",
        "setsar=1",
        f"fps={target.fps.numerator}/{target.fps.denominator}:start_time=0",
    ]
    graph = Graph()
    time_base = frame.time_base or stream.time_base or Fraction(1, 90_000)
    before: FilterContext = graph.add(
        "buffer",
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}"
        f":time_base={time_base.numerator}/{time_base.denominator}"
        f":pixel_aspect={aspect.numerator}/{aspect.denominator}"
        f":colorspace={frame.colorspace}:range={frame.color_range}",
    )
    for step in [*steps, "buffersink"]:
        name, _, arguments = step.partition("=")
        node = graph.add(name, arguments or None)
        before.link_to(node)
        before = node
    graph.configure()
    return graph

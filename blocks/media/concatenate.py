"""Films one after the other, without decoding what fits together."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from av.stream import Stream
from av.video.stream import VideoStream

from .clip import Clip, Look, Tone, describe
from .colours import HD_HEIGHT
from .conform import Target, conform, conform_sound
from .errors import MediaError
from .mp4 import Mp4
from .nal import AvcConfig
from .packets import packets_of
from .probe import MediaInfo, picture_stream, probe
from .soundtrack import Soundtrack
from .sources import Source, keep_sources, name_of, opened

_HD, _UNSPECIFIED = 1, 2
_PROFILES = {66: "baseline", 77: "main", 100: "high"}

_K = TypeVar("_K", bound=Hashable)


@dataclass(frozen=True)
class Assembly:
    """What came out.

    Attributes:
        info: the film.
        encoded: which clips' pictures had to be encoded anew, counted from 0.
        sound_encoded: which clips' sound had to be encoded anew.
    """

    info: MediaInfo
    encoded: tuple[int, ...] = ()
    sound_encoded: tuple[int, ...] = ()

    @property
    def copied(self) -> bool:
        """Every packet was copied as it was."""
        return not self.encoded and not self.sound_encoded


def concatenate(
    sources: Sequence[Source],
    dst: str | os.PathLike[str],
    *,
    size: tuple[int, int] | None = None,
    fps: float | None = None,
) -> Assembly:
    """Puts films one after the other into an MP4.

    Films that fit together are copied packet by packet. Of others, those that most of the film's length agrees with
    are copied and the rest is encoded to fit them. Films without sound get silence when any has sound.

    Args:
        sources: the films in order.
        dst: the MP4 to write.
        size: width and height wanted, even; else that of most of the film.
        fps: pictures a second wanted; else that of most of the film.

    Raises:
        MediaError: one of them cannot be read or is no film, or the file cannot be written.
    """
    where = os.fspath(dst)
    if not sources:
        raise MediaError("there are no films to put together", where)
    keep_sources(sources, dst)
    clips = [describe(source) for source in sources]
    size = size or _most(((clip.info.width or 0, clip.info.height or 0), clip.seconds) for clip in clips)
    fps = fps or _most((round(clip.info.fps or 30, 3), clip.seconds) for clip in clips)
    look = _common_look(clips, size, fps)
    tone = _common_tone(clips)
    target = _target(clips, look, size, fps)
    with TemporaryDirectory(prefix="wanflow-") as scratch:
        fitting: list[Clip] = []
        encoded: list[int] = []
        sound_encoded: list[int] = []
        for index, clip in enumerate(clips):
            path = Path(scratch) / f"{index}.mp4"
            odd_sound = clip.info.has_audio and clip.tone != tone
            if clip.look is None or clip.look != look:
                conform(clip, path, target, tone or Tone(48_000, 2))
                encoded.append(index)
                clip = describe(path)
            elif odd_sound and tone is not None:
                conform_sound(clip, path, tone)
                clip = describe(path)
            if odd_sound or (index in encoded and clip.info.has_audio):
                sound_encoded.append(index)
            fitting.append(clip)
        _splice(fitting, dst, tone)
    return Assembly(probe(dst), tuple(encoded), tuple(sound_encoded))


def _common_look(clips: Sequence[Clip], size: tuple[int, int], fps: float) -> Look | None:
    """The look to copy: that of most of what has the size and rate, if the others can be made to fit it."""
    wanted = [
        clip
        for clip in clips
        if clip.look is not None and (clip.info.width, clip.info.height) == size and clip.look.fps == round(fps, 1)
    ]
    if not wanted:
        return None
    look = _most((clip.look, clip.seconds) for clip in wanted if clip.look is not None)
    if all(clip.look == look for clip in clips):
        return look
    avc = AvcConfig.read(look.config) if look.codec == "h264" else None
    fits = (
        avc is not None
        and avc.profile in _PROFILES
        and avc.free_number() is not None
        and look.pixels == "yuv420p"
        and look.rotation == 0
        and look.aspect == 1
        and look.width % 2 == 0 == look.height % 2
        and _is_hd(look)
    )
    return look if fits else None


def _is_hd(look: Look) -> bool:
    """Whether its colours are those of the films we make, BT.709; what is not stated players take by the height."""
    return look.colours[1] == _HD or (look.colours[1] == _UNSPECIFIED and look.height >= HD_HEIGHT)


def _common_tone(clips: Sequence[Clip]) -> Tone | None:
    """The sound to copy or to make; None when no film has sound."""
    if not any(clip.info.has_audio for clip in clips):
        return None
    tones = [(clip.tone, clip.seconds) for clip in clips if clip.tone is not None]
    return _most(tones) if tones else Tone(48_000, 2)


def _target(clips: Sequence[Clip], look: Look | None, size: tuple[int, int], fps: float) -> Target:
    """What those that do not fit are made into."""
    made = Target(size[0] + size[0] % 2, size[1] + size[1] % 2, Fraction(fps).limit_denominator(1001))
    if look is None:
        return made
    avc = AvcConfig.read(look.config)
    same = [clip for clip in clips if clip.look == look]
    if avc is None:
        return made
    return replace(
        made,
        width=look.width,
        height=look.height,
        fps=Fraction(same[0].info.fps or 30).limit_denominator(1001),
        profile=_PROFILES.get(avc.profile, "high"),
        number=avc.free_number() or 0,
        reorder=any(clip.delay for clip in same),
    )


def _most(weighed: Iterable[tuple[_K, float]]) -> _K:
    """What has the most seconds; the first of equals."""
    seconds: defaultdict[_K, float] = defaultdict(float)
    for value, weight in weighed:
        seconds[value] += weight
    return max(seconds, key=lambda value: seconds[value])


def _splice(clips: Sequence[Clip], dst: str | os.PathLike[str], tone: Tone | None) -> None:
    delay = max(clip.delay for clip in clips)
    with ExitStack() as stack:
        first = picture_stream(stack.enter_context(opened(clips[0].source)))
        assert first is not None and first.time_base is not None
        voiced = next((clip for clip in clips if clip.info.has_audio), None)
        out = stack.enter_context(Mp4(dst))
        copy = out.add_copy(first, _config(clips))
        sound = None
        if voiced is not None and tone is not None:
            template = stack.enter_context(opened(voiced.source)).streams.audio[0]
            sound = Soundtrack(out, out.add_sound_copy(template), tone)
        offset = Fraction(0)
        for clip in clips:
            offset = _append(clip, out, copy, first.time_base, sound, offset, delay)
        if sound is not None:
            sound.finish(offset)


class _Place:
    """Where a film's ticks stand on the track, reckoned in whole numbers: a film has thousands of packets."""

    def __init__(self, time_base: Fraction, track: Fraction, offset: Fraction) -> None:
        factor, begin = time_base / track, offset / track
        self._factor = factor.numerator * begin.denominator
        self._begin = begin.numerator * factor.denominator
        self._divisor = factor.denominator * begin.denominator

    def ticks(self, ticks: int) -> int:
        return (2 * (ticks * self._factor + self._begin) + self._divisor) // (2 * self._divisor)


def _append(
    clip: Clip,
    out: Mp4,
    copy: VideoStream,
    time_base: Fraction,
    sound: Soundtrack | None,
    offset: Fraction,
    delay: Fraction,
) -> Fraction:
    """Copies one film's packets behind what is there; gives back where it ends, in seconds of the film."""
    if sound is not None:
        sound.begin(float(offset), silent=not clip.info.has_audio)
    with opened(clip.source) as container:
        video = picture_stream(container)
        voice = container.streams.audio[0] if sound is not None and container.streams.audio else None
        assert video is not None and video.time_base is not None
        wanted: list[Stream] = [video] if voice is None else [video, voice]
        place = _Place(video.time_base, time_base, offset)
        start = round(clip.start / video.time_base)
        earlier = round((delay - clip.delay) / video.time_base)
        frame = round(1 / (Fraction(clip.info.fps or 30) * video.time_base))
        end = 0
        for packet in packets_of(container, wanted):
            if packet.pts is None or packet.dts is None:
                continue
            if packet.is_corrupt:
                raise MediaError("is damaged or cut off", name_of(clip.source))
            if packet.stream is voice:
                assert sound is not None
                sound.add(float(packet.pts * packet.time_base - clip.start), bytes(packet))
                continue
            shown, decoded = packet.pts - start, packet.dts - start - earlier
            length = packet.duration or frame
            end = max(end, shown + length)
            if sound is not None:
                sound.reach(float(offset) + shown * float(video.time_base))
            packet.pts = place.ticks(shown)
            packet.dts = place.ticks(decoded)
            packet.duration = place.ticks(shown + length) - packet.pts
            packet.time_base = time_base
            packet.stream = copy
            out.mux(packet)
        return offset + end * video.time_base


def _config(clips: Sequence[Clip]) -> bytes | None:
    """One decoder configuration for all; None when the first one's is that already."""
    configs = {clip.look.config: clip for clip in clips if clip.look is not None}
    if len(configs) < 2:
        return None
    merged: AvcConfig | None = None
    for clip in configs.values():
        avc = clip.avc
        merged = avc if merged is None else merged.merged(avc) if avc is not None else None
        if merged is None:
            raise MediaError("cannot be made to fit the other films", name_of(clip.source))
    return merged.write() if merged is not None else None

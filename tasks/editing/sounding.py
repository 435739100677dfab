"""Sounds mixed, joined, taken out of films, laid under them and brought to a loudness."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from blocks import media
from tasks.asset import Asset
from tasks.editing.checks import one_for_each
from tasks.editing.making import Video, make
from tasks.operations import OperationInput, Takes, operation

Sound = Annotated[Asset, Takes(("audio", "video"))]
Sounds = Annotated[list[Asset], Takes(("audio", "video")), Field(min_length=1)]

_LUFS = "{} LUFS (EBU R128): -16 for phones and browsers, -14 for music sites, -23 for broadcast."


class MuxInput(OperationInput):
    """A film and the sound to lay under it."""

    video: Video
    audio: Sound
    gain_db: float = Field(default=-8.0, ge=-60, le=12, description="How loud the added sound is, dB.")
    loop: bool = Field(default=True, description="Repeat sound that is shorter than the film.")
    fade_seconds: float = Field(default=1.5, ge=0, le=10, description="Fade-out at the film's end, seconds.")
    duck_db: float = Field(
        default=0.0, ge=0, le=40, description="How much quieter still it gets while the film's own sound is heard, dB."
    )
    replace: bool = Field(default=False, description="Leave the film's own sound out.")
    lufs: float | None = Field(
        default=None, ge=-40, le=-5, description=_LUFS.format("Loudness of both together,") + " None leaves it."
    )


class MixInput(OperationInput):
    """Sounds to be heard at once."""

    sounds: Sounds
    gains_db: Annotated[
        list[Annotated[float, Field(ge=-60, le=24)]] | None,
        Field(description="How much louder each sound gets, dB; one number for each, 0 when there are none."),
        one_for_each("sounds"),
    ] = None
    offsets_seconds: Annotated[
        list[Annotated[float, Field(ge=0)]] | None,
        Field(description="When each sound begins, seconds; one number for each, 0 when there are none."),
        one_for_each("sounds"),
    ] = None


class JoinAudioInput(OperationInput):
    """Sounds, in the order they are heard."""

    sounds: Sounds
    pause_seconds: float = Field(
        default=0.0, ge=0, le=60, description="Silence between one sound and the next, seconds."
    )


class ExtractAudioInput(OperationInput):
    """A film with sound."""

    video: Video


class NormalizeInput(OperationInput):
    """A film with sound, and how loud it is to be."""

    video: Video
    lufs: float = Field(default=media.TARGET_LUFS, ge=-40, le=-5, description=_LUFS.format("Loudness wanted,"))


class NormalizeAudioInput(OperationInput):
    """A sound, and how loud it is to be."""

    audio: Annotated[Asset, Takes(("audio",))]
    lufs: float = Field(default=media.TARGET_LUFS, ge=-40, le=-5, description=_LUFS.format("Loudness wanted,"))


@operation("mux", MuxInput, {"video": "video"})
async def mux(given: MuxInput) -> dict[str, Any]:
    """Lay music or another sound under a film, or in place of its own; its pictures are not touched."""
    return {
        "video": await make(
            "film.mp4",
            [given.video, given.audio],
            lambda paths, to: media.mux_audio(
                paths[0],
                paths[1],
                to,
                gain_db=given.gain_db,
                loop=given.loop,
                fade_seconds=given.fade_seconds,
                duck_db=given.duck_db,
                keep_sound=not given.replace,
                lufs=given.lufs,
            ),
        )
    }


def until_the_last_ends(given: MixInput) -> float | None:
    """When the sound that ends last ends."""
    offsets = given.offsets_seconds or [0.0] * len(given.sounds)
    lengths = [sound.seconds for sound in given.sounds]
    return (
        max(offset + (length or 0) for offset, length in zip(offsets, lengths, strict=True)) if all(lengths) else None
    )


@operation("mix", MixInput, {"audio": "audio"}, seconds=until_the_last_ends)
async def mix(given: MixInput) -> dict[str, Any]:
    """Mix sounds into one, each with its gain and its beginning; as long as the one that ends last."""
    gains = given.gains_db or [0.0] * len(given.sounds)
    offsets = given.offsets_seconds or [0.0] * len(given.sounds)
    return {
        "audio": await make(
            "mix.m4a",
            given.sounds,
            lambda paths, to: media.mix([media.Part(*part) for part in zip(paths, gains, offsets, strict=True)], to),
        )
    }


def with_pauses(given: JoinAudioInput) -> float | None:
    """The lengths of all sounds and of the pauses between them."""
    lengths = [sound.seconds for sound in given.sounds]
    pauses = (len(lengths) - 1) * given.pause_seconds
    return sum(length or 0 for length in lengths) + pauses if all(lengths) else None


@operation("join_audio", JoinAudioInput, {"audio": "audio"}, seconds=with_pauses)
async def join_audio(given: JoinAudioInput) -> dict[str, Any]:
    """Join sounds end to end, with a pause between them if wanted."""
    return {
        "audio": await make(
            "sound.m4a", given.sounds, lambda paths, to: media.join_audio(paths, to, pause_seconds=given.pause_seconds)
        )
    }


@operation("extract_audio", ExtractAudioInput, {"audio": "audio"})
async def extract_audio(given: ExtractAudioInput) -> dict[str, Any]:
    """The sound of a film as a file of its own."""
    return {"audio": await make("sound.m4a", [given.video], lambda paths, to: media.extract_audio(paths[0], to))}


@operation("normalize", NormalizeInput, {"video": "video"})
async def normalize(given: NormalizeInput) -> dict[str, Any]:
    """Make a film as loud as wanted (EBU R128); its pictures are not touched."""
    return {
        "video": await make("film.mp4", [given.video], lambda paths, to: media.normalize(paths[0], to, lufs=given.lufs))
    }


@operation("normalize_audio", NormalizeAudioInput, {"audio": "audio"})
async def normalize_audio(given: NormalizeAudioInput) -> dict[str, Any]:
    """Make a sound as loud as wanted (EBU R128)."""
    return {
        "audio": await make(
            "sound.m4a", [given.audio], lambda paths, to: media.normalize(paths[0], to, lufs=given.lufs)
        )
    }

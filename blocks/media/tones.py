"""Simple music of our own: a soft pad, a plucked figure over it, a bass; another piece for every seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .sound import Samples, faded

RATE = 48_000
"""Samples a second."""

_FADES = (0.4, 1.2)
"""How long a piece rises at its start and falls at its end, seconds."""

PEAK = 0.7
"""The loudest sample: loud enough, and far from clipping after encoding."""

_BLOCK = 1 << 17
_LONG = 12
"""Bars from which on a piece is long."""

Wave = NDArray[np.float64]


@dataclass(frozen=True)
class Mood:
    """How a piece sounds.

    Attributes:
        tonic: MIDI number of the keynote, in the pad's octave.
        scale: semitones above the keynote.
        chords: progressions to choose from: each a row of scale steps the chords stand on.
        beats: a minute.
        brightness: 0 (round) to 1 (clear).
        density: part of the plucked figure's places that sound.
    """

    tonic: int
    scale: tuple[int, ...]
    chords: tuple[tuple[int, ...], ...]
    beats: float
    brightness: float
    density: float


_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MINOR = (0, 2, 3, 5, 7, 8, 10)
_DORIAN = (0, 2, 3, 5, 7, 9, 10)

MOODS = {
    "calm": Mood(53, _MAJOR, ((0, 4, 5, 3), (0, 2, 3, 4)), 66, 0.35, 0.7),
    "bright": Mood(55, _MAJOR, ((0, 3, 4, 3), (0, 4, 1, 3)), 96, 0.75, 0.9),
    "night": Mood(50, _MINOR, ((0, 5, 2, 6), (0, 3, 5, 4)), 72, 0.4, 0.75),
    "mystery": Mood(49, _DORIAN, ((0, 3, 0, 6), (0, 1, 3, 0)), 60, 0.5, 0.5),
}
"""The moods there are."""


def synthesize(seconds: float, seed: int = 0, mood: str | None = None) -> Samples:
    """Makes a piece of music.

    Args:
        seconds: how long.
        seed: another seed is another piece; the same one is the same piece.
        mood: one of `MOODS`; None lets the seed choose.

    Returns:
        Samples x 2 channels at 48 kHz, from -1 to 1.

    Raises:
        ValueError: there is no such mood.
    """
    chance = np.random.default_rng(seed)
    chosen = list(MOODS)[int(chance.integers(len(MOODS)))]
    if mood is not None and mood not in MOODS:
        raise ValueError(f"No mood is called {mood!r}; there are {', '.join(MOODS)}.")
    piece = _Piece(MOODS[mood or chosen], chance, max(1, round(seconds * RATE)))
    piece.play()
    wet = _in_a_room(piece.tape, chance)
    loudest = float(np.abs(wet).max()) or 1.0
    total = len(wet)
    samples: Samples = (wet * (PEAK / loudest)).astype(np.float32)
    rise, fall = (round(min(fade, seconds / 4) * RATE) for fade in _FADES)
    return faded(samples, 0, total, rise, fall)


class _Piece:
    """A tape that instruments are laid on, bar by bar."""

    def __init__(self, mood: Mood, chance: np.random.Generator, length: int) -> None:
        self.tape = np.zeros((length, 2), np.float64)
        self._mood = mood
        self._chance = chance
        self._transpose = int(chance.integers(-2, 3))
        self._beat = 60 / mood.beats
        self._plucks: dict[int, Wave] = {}

    def play(self) -> None:
        bar = 4 * self._beat
        progression = self._mood.chords[int(self._chance.integers(len(self._mood.chords)))]
        figure = self._chance.permutation([0, 1, 2, 3, 2, 4, 1, 3])
        bars = int(len(self.tape) / RATE / bar) + 1
        for number in range(bars):
            step = progression[number % len(progression)]
            start = number * bar
            self._pad(start, bar, step)
            self._lay(start, self._low(step, bar), 0.34, 0.0)
            if number % 8 == 7:
                figure = self._chance.permutation(figure)
            if bars < _LONG or 2 <= number < bars - 2:  # a long piece has an opening and an ending
                self._figure(start, step, figure)

    def _hertz(self, step: int, octave: int = 0) -> float:
        turns, place = divmod(step, len(self._mood.scale))
        note = self._mood.tonic + self._transpose + self._mood.scale[place] + 12 * (turns + octave)
        return float(440 * 2 ** ((note - 69) / 12))

    def _pad(self, start: float, bar: float, step: int) -> None:
        length = bar * 1.35
        time = np.arange(round(length * RATE)) / RATE
        shape = np.minimum(1, time / (bar * 0.35)) * np.minimum(1, (length - time) / (bar * 0.4))
        shape = np.sin(shape * np.pi / 2) ** 2
        for place, above in enumerate((0, 2, 4, 6)):
            hertz = self._hertz(step + above)
            for detune, side in ((0.9985, -0.6), (1.0015, 0.6)):
                wave = np.zeros_like(time)
                for harmonic, level in ((1, 1.0), (2, 0.28), (3, 0.16 * self._mood.brightness)):
                    phase = self._chance.uniform(0, 2 * np.pi)
                    wave += level * np.sin(2 * np.pi * hertz * detune * harmonic * time + phase)
                swell = 1 + 0.12 * np.sin(2 * np.pi * 0.23 * (time + start) + place)
                self._lay(start, wave * shape * swell, 0.075, side)

    def _low(self, step: int, bar: float) -> Wave:
        time = np.arange(round(bar * RATE)) / RATE
        hertz = self._hertz(step, -1)
        shape = np.minimum(1, time / 0.06) * np.exp(-time / (bar * 0.6)) * np.minimum(1, (bar - time) / 0.1)
        wave: Wave = (np.sin(2 * np.pi * hertz * time) + 0.25 * np.sin(4 * np.pi * hertz * time)) * shape
        return wave

    def _figure(self, start: float, step: int, figure: NDArray[np.int64]) -> None:
        tones = (0, 2, 4, 7, 9)
        for place, tone in enumerate(figure):
            if self._chance.random() > self._mood.density and place:
                continue
            late = float(self._chance.normal(0, 0.006))
            level = 0.26 if place % 4 == 0 else 0.19
            side = 0.45 * (1 if place % 2 else -1)
            wave = self._pluck(step + tones[int(tone)])
            self._lay(start + place * self._beat / 2 + late, wave, level * float(self._chance.uniform(0.85, 1.1)), side)

    def _pluck(self, step: int) -> Wave:
        if step not in self._plucks:
            hertz = self._hertz(step, 1)
            time = np.arange(round(2.2 * RATE)) / RATE
            wave = np.zeros_like(time)
            for harmonic in range(1, 7):
                if hertz * harmonic < 12_000:
                    level = (0.35 + 0.5 * self._mood.brightness) ** (harmonic - 1) / harmonic
                    wave += level * np.sin(2 * np.pi * hertz * harmonic * time) * np.exp(-time * (1.8 + 1.3 * harmonic))
            self._plucks[step] = wave * np.minimum(1, time / 0.004) * np.minimum(1, (2.2 - time) / 0.2)
        return self._plucks[step]

    def _lay(self, start: float, wave: Wave, level: float, side: float) -> None:
        first = round(start * RATE)
        skip = max(0, -first)
        first = max(0, first)
        piece = wave[skip : skip + max(0, len(self.tape) - first)]
        angle = (side + 1) * np.pi / 4
        self.tape[first : first + len(piece), 0] += piece * (level * np.cos(angle))
        self.tape[first : first + len(piece), 1] += piece * (level * np.sin(angle))


def _in_a_room(dry: Wave, chance: np.random.Generator) -> Wave:
    """The same sound with the reverberation of a small hall, worked out piece by piece."""
    echo_seconds = 1.6
    time = np.arange(round(echo_seconds * RATE)) / RATE
    wet = np.zeros_like(dry)
    size = 1 << int(np.ceil(np.log2(_BLOCK + len(time))))
    for channel in range(2):
        noise = chance.standard_normal(len(time)) * np.exp(-time * 4.2) * np.minimum(1, time / 0.012)
        noise = np.convolve(noise, np.hanning(9) / 4, mode="same")  # a hall swallows the highest tones
        room = np.fft.rfft(noise / np.sqrt(np.sum(noise**2)), size)
        for first in range(0, len(dry), _BLOCK):
            block = np.fft.irfft(np.fft.rfft(dry[first : first + _BLOCK, channel], size) * room, size)
            end = min(len(dry), first + size)
            wet[first:end, channel] += block[: end - first]
    result: Wave = dry + 0.28 * wet
    return result

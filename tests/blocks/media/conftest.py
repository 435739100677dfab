"""Real films made for a test, and ways to look at and listen to what came out."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from blocks.media import AudioFormat, VideoWriter
from blocks.media.sound import Samples, SoundReader

RED, GREEN, BLUE, GREY = (220, 30, 30), (30, 200, 30), (30, 30, 220), (120, 120, 120)

MakeFilm = Callable[..., Path]


def close(colour: Sequence[float], wanted: Sequence[float], by: float = 14) -> bool:
    """Whether a colour is the wanted one as far as encoding leaves it so; transparency does not count."""
    return bool(np.abs(np.subtract(colour[:3], wanted)).max() <= by)


@pytest.fixture
def make_film(tmp_path: Path) -> MakeFilm:
    """Makes a film of one colour that gets brighter picture by picture, with a tone of one pitch."""

    def make(
        name: str,
        colour: tuple[int, int, int] = RED,
        seconds: float = 1.0,
        *,
        size: tuple[int, int] = (160, 96),
        fps: float = 30,
        hertz: float | None = 440,
        rate: int = 48_000,
        channels: int = 2,
        **options,
    ) -> Path:
        path = tmp_path / name
        audio = AudioFormat(rate, channels) if hertz is not None else None
        count = round(seconds * fps)
        with VideoWriter(path, *size, fps, audio=audio, **{"crf": 16, "threads": 1, **options}) as film:
            for number in range(count):
                picture = np.empty((size[1], size[0], 3), np.uint8)
                picture[:] = colour
                picture[: size[1] // 4, :] = round(250 * number / max(1, count - 1))  # the top tells which picture
                film.write(picture)
            if hertz is not None:
                time = np.arange(round(seconds * rate)) / rate
                film.write_audio(np.repeat(0.4 * np.sin(2 * np.pi * hertz * time)[:, None], channels, axis=1))
        return path

    return make


@pytest.fixture
def seen() -> Callable[[Path], list[tuple[float, tuple[int, int, int]]]]:
    """Every picture of a film: when it shows, and its colour in the middle."""

    def look(path: Path) -> list[tuple[float, tuple[int, int, int]]]:
        pictures = []
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                pixels = frame.to_ndarray(format="rgb24")
                red, green, blue = pixels[frame.height // 2, frame.width // 2]
                pictures.append((float(frame.time), (int(red), int(green), int(blue))))
        return pictures

    return look


@pytest.fixture
def brightness() -> Callable[[Path], list[float]]:
    """How bright the top of each picture of a film is: it tells which picture it was."""

    def look(path: Path) -> list[float]:
        with av.open(str(path)) as container:
            return [float(f.to_ndarray(format="gray")[: f.height // 5].mean()) for f in container.decode(video=0)]

    return look


@pytest.fixture
def heard() -> Callable[..., Samples]:
    """A stretch of a file's sound."""

    def listen(path: Path, begin: float = 0.0, seconds: float = 1.0, rate: int = 48_000) -> Samples:
        with SoundReader(path, rate=rate) as sound:
            sound.read(round(begin * rate))
            return sound.read(round(seconds * rate))

    return listen


@pytest.fixture
def pitch() -> Callable[[Samples], float]:
    """The loudest pitch of a stretch of sound at 48 kHz, in hertz."""

    def measure(samples: Samples) -> float:
        strength = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
        return float(strength.argmax() * 48_000 / len(samples))

    return measure


@pytest.fixture
def packets() -> Callable[..., list[bytes]]:
    """The packets of a film's picture or sound track, as they are stored."""

    def read(path: Path, kind: str = "video") -> list[bytes]:
        with av.open(str(path)) as container:
            stream = container.streams.best(kind)
            return [bytes(packet) for packet in container.demux(stream) if packet.size]

    return read


@pytest.fixture
def make_plain(tmp_path: Path) -> Callable[..., Path]:
    """Makes a silent H.264 film as many tools do: no colours stated, pictures stored in another order than shown."""

    def make(name: str, seconds: float = 1.0, fps: int = 30, aspect: Fraction = Fraction(1)) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=fps, options={"crf": "14", "threads": "1"})
            stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
            stream.codec_context.sample_aspect_ratio = aspect
            for number in range(round(seconds * fps)):
                picture = np.empty((96, 160, 3), np.uint8)
                picture[:] = RED
                picture[:, 120:] = RED if number % 2 else GREEN
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make


@pytest.fixture
def turned(make_film: MakeFilm, tmp_path: Path) -> Path:
    """A film stored lying on its side that players turn by 90 degrees counter-clockwise."""
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.set_display_rotation(90)
        picture = np.zeros((96, 160, 3), np.uint8)
        picture[:, :80], picture[:, 80:] = RED, BLUE
        for _ in range(12):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def make_sound(tmp_path: Path) -> Callable[..., Path]:
    """Makes a WAV with a tone: every ``(begin, end)`` of ``heard`` sounds, the rest is silent."""

    def make(
        name: str,
        seconds: float = 1.0,
        hertz: float = 440,
        level: float = 0.4,
        *,
        rate: int = 48_000,
        channels: int = 2,
        heard: Sequence[tuple[float, float]] | None = None,
    ) -> Path:
        path = tmp_path / name
        time = np.arange(round(seconds * rate)) / rate
        wave = level * np.sin(2 * np.pi * hertz * time)
        if heard is not None:
            wave *= np.any([(time >= begin) & (time < end) for begin, end in heard], axis=0)
        with av.open(str(path), "w", format="wav") as container:
            stream = container.add_stream("pcm_s16le", rate=rate, layout="mono" if channels == 1 else "stereo")
            samples = np.repeat((wave * 32767).astype(np.int16)[:, None], channels, axis=1).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=stream.layout.name)
            frame.sample_rate = rate
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make


@pytest.fixture
def level() -> Callable[[Samples, float], float]:
    """How loud one pitch is within a stretch of sound at 48 kHz: the peak of its sine, dB of full scale."""

    def measure(samples: Samples, hertz: float) -> float:
        turn = np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / 48_000) * np.hanning(len(samples))
        return float(20 * np.log10(4 * abs((samples[:, 0] * turn).sum()) / len(samples) + 1e-6))

    return measure


@pytest.fixture
def lufs() -> Callable[[Path], tuple[float, float]]:
    """A file's integrated loudness and true peak in dB, by FFmpeg's own meter on the file as it is."""

    def measure(path: Path) -> tuple[float, float]:
        said: dict[str, str] = {}
        with av.open(str(path)) as container:
            graph = av.filter.Graph()
            source = graph.add_abuffer(template=container.streams.audio[0])
            meter, sink = graph.add("ebur128", "peak=true:metadata=1"), graph.add("abuffersink")
            source.link_to(meter)
            meter.link_to(sink)
            graph.configure()
            for frame in [*container.decode(audio=0), None]:
                source.push(frame)
                with suppress(av.error.BlockingIOError, av.error.EOFError):
                    while True:
                        said = sink.pull().metadata or said
        return float(said["lavfi.r128.I"]), 20 * float(np.log10(float(said["lavfi.r128.true_peak"]) + 1e-6))

    return measure

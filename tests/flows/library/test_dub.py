"""One film in several languages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import av
import numpy as np
import pytest

import flows
from blocks.media import probe
from blocks.media.frames import picture_at
from flows.document import InvalidInput
from flows.plan import Plan
from flows.production import Production

Made = Callable[..., Awaitable[Production]]
Held = Callable[[Path], tuple[list[str], int]]
PlanOf = Callable[..., Awaitable[Plan]]
VOICES = Path(flows.__file__).parent / "examples" / "dub"
LONG = {"english": 4.0, "chinese": 5.0, "spanish": 3.2}


async def test_every_language_is_priced_by_its_voice(plan_of: PlanOf) -> None:
    """Three voices of 12.2 seconds together are three films at 0.08 a second; music costs nothing."""
    plan = await plan_of("dub", f"music={VOICES / 'english.mp3'}")
    rows = {row.name: (row.calls, row.seconds) for row in plan.steps}
    assert rows["spoken"] == (3, pytest.approx(12.2, abs=0.1)) and rows["scored"][0] == 3
    assert plan.total_cny == pytest.approx(Decimal("0.98"), abs=Decimal("0.02"))


async def test_every_voice_needs_a_language(plan_of: PlanOf) -> None:
    """Two names for three voices are refused before anything is sent."""
    with pytest.raises(InvalidInput, match="voice has 3, language has 2"):
        await plan_of("dub", "languages=english,chinese")


async def test_a_file_left_empty_is_none(plan_of: PlanOf) -> None:
    """Without a face the largest is taken; without voices there is nothing to dub, and it is said what they are."""
    assert (await plan_of("dub", "face=")).calls == 3
    with pytest.raises(InvalidInput, match="voices: is required: One recording for each language"):
        await plan_of("dub", "voices=")


@pytest.mark.slow
async def test_another_voice_is_dubbed_alone(made: Made, submits: Callable[[], list[str]]) -> None:
    """The films bear the names of their languages; with another Spanish voice only that film is made anew."""
    first = await made("dub")
    films = [one.path for one in first.manifest.deliverables if one.path.endswith(".mp4")]
    assert films == ["film-english.mp4", "film-chinese.mp4", "film-spanish.mp4"]
    assert len(submits()) == 3
    other = Path(flows.__file__).parent / "examples" / "presenter" / "1-welcome.mp3"
    voices = [*(str(VOICES / f"{name}.mp3") for name in ("english", "chinese")), str(other)]
    second = await made("dub", f"voices={','.join(voices)}")
    assert [one.cached for one in second.manifest.generations] == [True, True, False]
    assert len(submits()) == 4
    last = await made("dub", f"voices={voices[1]}", "languages=中文")
    assert len(submits()) == 4, "a name is nothing to pay for"
    assert "film-中文.mp4" in [one.path for one in last.manifest.deliverables]


@pytest.mark.slow
async def test_films_last_as_long_as_their_voices(rendered: Made, held: Held) -> None:
    """A longer voice lengthens the film, a shorter one ends it; each is heard, and moves the mouth in its own way."""
    production = await rendered("dub")
    mouths = []
    for language, seconds in LONG.items():
        path = Path(production.uri) / f"film-{language}.mp4"
        film = probe(path)
        assert (film.width, film.height) == (768, 768)
        assert film.seconds == pytest.approx(seconds, abs=0.1)
        assert held(path) == (["audio", "video"], pytest.approx(seconds * 24, abs=2))
        assert _alike(_loudness(VOICES / f"{language}.mp3"), _loudness(path)) > 0.9
        mouths.append(np.asarray(picture_at(path, 0.4).convert("L"), float)[330:460, 300:470])
    assert np.abs(mouths[0] - mouths[1]).mean() + np.abs(mouths[1] - mouths[2]).mean() > 1


def _loudness(path: Path) -> np.ndarray:
    """How loud each fiftieth of a second is."""
    with av.open(str(path)) as container:
        sound = container.streams.audio[0]
        mono = np.concatenate([np.abs(one.to_ndarray().astype(float)).mean(axis=0) for one in container.decode(sound)])
        step = sound.rate // 50
    return mono[: len(mono) // step * step].reshape(-1, step).mean(axis=1)


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    """How alike two sounds rise and fall; encoders may put up to a tenth of a second of silence before them."""
    count = min(len(one), len(other)) - 5
    shifted = [(one[:count], other[lag : lag + count]) for lag in range(6)]
    return float(max(np.corrcoef(*pair)[0, 1] for pair in shifted))

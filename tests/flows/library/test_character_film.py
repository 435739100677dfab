"""Characters of clips and pictures play a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import flows
from blocks.emulator import Emulator
from blocks.media import probe
from blocks.media.frames import picture_at
from flows.document import InvalidInput
from flows.plan import Plan
from flows.production import Production
from tests.flows.conftest import wanflow

Planned = Callable[..., Awaitable[Plan]]
Made = Callable[..., Awaitable[Production]]
TWO = 'script=["character1 and character2 dance", "character1 and character2 rest"]'
PLAIN = ("keyframes=[]", "continuity=none", TWO)
GOING_ON = 'script=["character1 greets character2", "character1 leaves character2 at character3"]'


async def test_scenes_are_priced_with_the_seconds_of_their_clips(plan_of: Planned) -> None:
    """With three characters 1.65 seconds of the clip are billed with a scene, with two 2.5, with four 1.25."""
    plan = await plan_of("character-film")
    rows = {row.name: (row.calls, row.seconds, row.quote_cny) for row in plan.steps if row.calls and row.paid}
    assert rows == {"keyframe": (1, None, Decimal("0.14")), "placed/played": (2, 6, Decimal("2.67"))}
    plain = await plan_of("character-film", *PLAIN, "go_on=2")
    rows = {row.name: (row.calls, row.seconds, row.quote_cny) for row in plain.steps if row.calls and row.paid}
    assert rows == {"scene/played": (2, 6, Decimal("3.30")), "scene/further": (2, 4, Decimal("1.20"))}
    one = await plan_of("character-scene")
    assert (one.calls, one.total_cny) == (2, Decimal("2.25"))
    assert not plan.unknown + plain.unknown + one.unknown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("keyframes=[]",), "names character3, but there are only 2 references"),
        (("continuity=none",), "names character4, but there are only 3 references"),
        ((*PLAIN, "continuity=last-frame"), "does not name character3; the model knows a reference only by its name"),
        (("seconds=11",), "11 is not taken by wan2.6-r2v-flash; allowed: 2 to 10"),
        (("size=1920*1080",), "size: must be one of 1280*720, 720*1280, 960*960"),
        (("continuity=yes",), "continuity: must be one of none, last-frame"),
    ],
)
async def test_what_cannot_be_played_is_refused(plan_of: Planned, given: tuple[str, ...], said: str) -> None:
    """A script that names who is not there, or forgets who is, and values that no model takes: nothing is sent."""
    with pytest.raises(InvalidInput) as caught:
        await plan_of("character-film", *given)
    assert said in str(caught.value)


@pytest.mark.slow
async def test_another_scene_is_the_only_one_played_again(made: Made, submits: Callable[[], list[str]]) -> None:
    """With one of two scenes worded anew that scene and what follows it are asked for, and nothing else."""
    await made("character-film", *PLAIN, "go_on=2", "then=It ends")
    assert len(submits()) == 3  # this service films every scene alike: what follows is the same
    await made("character-film", *PLAIN[:2], TWO.replace("rest", "sleep"), "go_on=2", "then=It ends")
    assert submits()[3:] == ["character1 and character2 sleep"]


@pytest.mark.slow
def test_scenes_that_wait_for_a_failed_one_say_so(
    service: Emulator, prefect_server: str, submits: Callable[[], list[str]]
) -> None:
    """With the first scene refused the second has no frame to go on from: it is not sent, and the rest is there."""
    script = (
        'script=["forbidden character1, character2 at character3", "character1, character2, character3, character4"]'
    )
    path = Path(flows.__file__).parent / "examples" / "character-film.yaml"
    result = wanflow("run", "character-film", "-f", str(path), "-p", script)
    assert result.exit_code == 4
    assert "Character film: partly delivered" in result.stdout and "keyframes/01.png" in result.stdout
    said = "it goes on from scene 1, which failed. Nothing was sent or paid for this one. Mend scene 1 and run the same"
    line = next(line for line in result.stdout.splitlines() if line.startswith("✗ scene 2: played: "))
    assert "names character4, but there are only 3 references" in line and said in line
    assert submits() == ["An old lighthouse by the sea at sunset"]


@pytest.mark.slow
async def test_the_film_shows_each_scene_and_what_follows(
    rendered: Made, held: Callable[[Path], tuple[list[str], int]]
) -> None:
    """Two scenes of three seconds, each going on for two: ten seconds with sound, the joins without a jump."""
    production = await rendered("character-film", "go_on=2")
    home = Path(production.uri)
    film = probe(home / "film.mp4")
    assert (film.width, film.height, film.fps, film.video_codec, film.audio_codec) == (1280, 720, 30, "h264", "aac")
    assert film.seconds == pytest.approx(10, abs=0.1)
    assert held(home / "film.mp4") == (["audio", "video"], 300)
    for number in (1, 2):
        scene = probe(home / f"scenes/{number:02}.mp4")
        assert scene.seconds == pytest.approx(5, abs=0.2)
        assert _middle(home / f"scenes/{number:02}.mp4", 0.57) == pytest.approx(
            _middle(home / f"scenes/{number:02}.mp4", 0.63), abs=30
        )
        assert _middle(home / "film.mp4", 0.25 + (number - 1) / 2) == pytest.approx(
            _middle(home / f"scenes/{number:02}.mp4", 0.5), abs=6
        )
    assert Image.open(home / "keyframes/01.png").size == (1280, 720)
    first, second = _references(production)
    assert len(first) == 3
    assert second[:3] == first
    assert _apart(Image.open(second[3]), picture_at(home / "scenes/01.mp4", 1.0)) < 1


@pytest.mark.slow
async def test_what_goes_on_from_another_scene_is_played_again_with_it(rendered: Made) -> None:
    """With the second of two scenes worded anew the first stays; after a new first one the second is played anew."""
    given = ("keyframes=[]", "seconds=2")
    await rendered("character-film", *given, GOING_ON)
    second = await rendered("character-film", *given, GOING_ON.replace("leaves", "finds"))
    assert _played(second) == ["character1 finds character2 at character3"]
    both = await rendered("character-film", *given, GOING_ON.replace("greets", "calls"))
    assert _played(both) == ["character1 calls character2", "character1 leaves character2 at character3"]


def _played(production: Production) -> list[str]:
    """The prompts of what was paid for in this run."""
    return [str(one.request["input"]["prompt"]) for one in production.manifest.generations if not one.cached]


def _references(production: Production) -> list[list[str]]:
    """The files that each scene was given."""
    scenes = [one.request["input"] for one in production.manifest.generations if one.model == "wan2.6-r2v-flash"]
    return [[str(uri).removeprefix("file://") for uri in scene["reference_urls"]] for scene in scenes]


def _apart(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are from each other, 0 to 255."""
    return float(np.abs(np.asarray(one.convert("RGB"), float) - np.asarray(other.convert("RGB"), float)).mean())


def _middle(path: Path, at: float) -> np.ndarray:
    """The colours in the middle of a picture, coarse; the plates of the animatic are at its edges."""
    picture = picture_at(path, at).convert("RGB")
    box = (picture.width // 4, picture.height // 4, picture.width * 3 // 4, picture.height * 3 // 4)
    return np.asarray(picture.crop(box).resize((4, 4)), float)

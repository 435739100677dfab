"""Characters of clips and pictures play a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blocks.media import probe
from blocks.media.frames import picture_at
from flows.document import InvalidInput
from flows.plan import Plan
from flows.production import Production

Planned = Callable[..., Awaitable[Plan]]
Made = Callable[..., Awaitable[Production]]
TWO = 'script=["character1 and character2 dance", "character1 and character2 rest"]'


async def test_scenes_are_priced_with_the_seconds_of_their_clips(plan_of: Planned) -> None:
    """With three characters 1.65 seconds of the clip are billed with each scene, with two of them 2.5."""
    plan = await plan_of("character-film")
    rows = {row.name: (row.calls, row.seconds, row.quote_cny) for row in plan.steps if row.calls and row.paid}
    assert rows == {"keyframe": (1, None, Decimal("0.14")), "placed": (2, 6, Decimal("2.79"))}
    plain = await plan_of("character-film", "keyframes=[]", TWO, "go_on=2")
    rows = {row.name: (row.calls, row.seconds, row.quote_cny) for row in plain.steps if row.calls and row.paid}
    assert rows == {"scene": (2, 6, Decimal("3.30")), "further": (2, 4, Decimal("1.20"))}
    assert not plan.unknown + plain.unknown


async def test_a_script_that_names_nobody_there_is_refused(plan_of: Planned) -> None:
    """character3 is said before anything is sent, when there are two."""
    with pytest.raises(InvalidInput, match="names character3, but there are only 2 references"):
        await plan_of("character-film", "keyframes=[]")


@pytest.mark.slow
async def test_another_scene_is_the_only_one_played_again(made: Made, submits: Callable[[], list[str]]) -> None:
    """With one of two scenes worded anew that scene and what follows it are asked for, and nothing else."""
    await made("character-film", "keyframes=[]", TWO, "go_on=2", "then=It ends")
    assert len(submits()) == 3  # this service films every scene alike: what follows is the same
    await made("character-film", "keyframes=[]", TWO.replace("rest", "sleep"), "go_on=2", "then=It ends")
    assert submits()[3:] == ["character1 and character2 sleep"]


@pytest.mark.slow
async def test_the_film_shows_each_scene_and_what_follows(rendered: Made) -> None:
    """Two scenes of three seconds, each going on for two: ten seconds with sound, the joins without a jump."""
    production = await rendered("character-film", "go_on=2")
    home = Path(production.uri)
    film = probe(home / "film.mp4")
    assert (film.width, film.height, film.has_audio) == (1280, 720, True)
    assert film.seconds == pytest.approx(10, abs=0.3)
    for number in (1, 2):
        scene = probe(home / f"scenes/{number:02}.mp4")
        assert scene.seconds == pytest.approx(5, abs=0.2)
        assert _middle(home / f"scenes/{number:02}.mp4", 0.57) == pytest.approx(
            _middle(home / f"scenes/{number:02}.mp4", 0.63), abs=30
        )
    assert Image.open(home / "keyframes/01.png").size == (1280, 720)


def _middle(path: Path, at: float) -> np.ndarray:
    """The colours in the middle of a picture, coarse; the plates of the animatic are at its edges."""
    picture = picture_at(path, at).convert("RGB")
    box = (picture.width // 4, picture.height // 4, picture.width * 3 // 4, picture.height * 3 // 4)
    return np.asarray(picture.crop(box).resize((4, 4)), float)

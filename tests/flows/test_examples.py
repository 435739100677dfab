from __future__ import annotations

from pathlib import Path

import pytest

import flows
from blocks import media
from flows import library
from flows.scenes import cuts_of
from flows.storyboard import language_of, load_storyboard

EXAMPLES = Path(flows.__file__).parent / "examples"
# scenes, shots, seconds, languages of the scenes
PROMISED = {
    "night-train.yaml": (4, 12, 38, {"zh", "en"}),
    "night-investigation.yaml": (1, 5, 15, {"zh"}),
    "sky-garden.yaml": (2, 4, 15, {"en"}),
}


def test_every_example_is_promised() -> None:
    """No storyboard is left out of these tests; the other examples are the parameters of pipelines."""
    storyboards = {path.name for path in EXAMPLES.glob("*.yaml") if path.stem not in library.pipelines()}
    assert storyboards == set(PROMISED)


@pytest.mark.parametrize("name", PROMISED)
def test_an_example_is_the_film_it_promises(name: str) -> None:
    """Each example has the scenes, shots, length and languages it is known for."""
    storyboard, _ = load_storyboard(EXAMPLES / name)
    shots = sum(len(scene.shots) for scene in storyboard.scenes)
    languages = {language_of(" ".join(shot.prompt for shot in scene.shots)) for scene in storyboard.scenes}
    assert (len(storyboard.scenes), shots, storyboard.seconds, languages) == PROMISED[name]


@pytest.mark.parametrize("name", PROMISED)
def test_every_scene_of_an_example_fits_one_request(name: str) -> None:
    """No scene of an example has to be split, and every prompt is within what the model reads."""
    storyboard, _ = load_storyboard(EXAMPLES / name)
    cuts = cuts_of(storyboard)
    assert len(cuts) == len(storyboard.scenes) and all(cut.part is None for cut in cuts)
    assert max(len(cut.prompt) for cut in cuts) <= 1500
    assert all(2 <= cut.seconds <= 15 for cut in cuts)


def test_the_first_film_has_a_style_and_music_as_long_as_itself() -> None:
    """The film that a new user makes first is restyled, and its music lasts to its end."""
    storyboard, _ = load_storyboard(EXAMPLES / "night-train.yaml")
    assert storyboard.style is not None and storyboard.style.preset == 5
    assert storyboard.music is not None
    sound = media.probe(Path(storyboard.music))
    assert sound.has_audio and sound.seconds is not None and sound.seconds >= storyboard.seconds

"""Given pictures set in motion."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps


def near(frame, path: Path) -> float:  # type: ignore[no-untyped-def]
    """Mean difference between a frame and a picture fitted to it."""
    with Image.open(path) as image:
        fitted = np.asarray(ImageOps.fit(image.convert("RGB"), (frame.shape[1], frame.shape[0])))
    return float(np.abs(frame.astype(int) - fitted.astype(int)).mean())


@pytest.mark.slow
def test_a_film_begins_with_the_given_picture(make, picture: Path) -> None:  # type: ignore[no-untyped-def]
    """The first frame is the picture, at the tier's size in the picture's ratio; then it moves."""
    given = {"prompt": "镜头缓缓推进，阳光洒下", "img_url": "x"}
    _, film = make("wan2.6-i2v-flash", given, {"resolution": "720P", "duration": 2}, {"input.img_url": picture})
    assert (film.width, film.height, film.fps, len(film.frames)) == (816, 1104, 30, 60)
    assert near(film.frames[0], picture) < 4
    assert film.change(0, 55) > 3
    assert max(film.change(n, n + 1) for n in range(14, 50)) < 4


@pytest.mark.slow
def test_several_shots_frame_several_parts(make, picture: Path) -> None:  # type: ignore[no-untyped-def]
    """With shot_type multi the film cuts to other parts of the picture."""
    given = {"prompt": "猫走来。它坐下。", "img_url": "x"}
    parameters = {"resolution": "480P", "duration": 2, "shot_type": "multi"}
    _, film = make("wan2.6-i2v", given, parameters, {"input.img_url": picture})
    assert near(film.frames[0], picture) < 4
    assert film.change(29, 30) > 10


@pytest.mark.slow
def test_a_picture_turns_into_another(make, picture: Path, other_picture: Path) -> None:  # type: ignore[no-untyped-def]
    """First and last frame are the given pictures, in between there is something of both."""
    inputs = {"input.first_frame_url": picture, "input.last_frame_url": other_picture}
    rendered, film = make("wan2.2-kf2v-flash", {"prompt": "变化"}, {"resolution": "480P", "duration": 2}, inputs)
    assert (film.width, film.height) == (544, 720)
    assert near(film.frames[0], picture) < 4
    assert near(film.frames[-1], other_picture) < 5
    assert near(film.frames[30], picture) > 8
    assert near(film.frames[30], other_picture) > 8
    assert not rendered.sound


@pytest.mark.slow
def test_reference_pictures_are_shown_beside_the_film(make, picture: Path, other_picture: Path) -> None:  # type: ignore[no-untyped-def]
    """Multi-image reference draws the words and shows the references."""
    given = {"function": "image_reference", "prompt": "A girl walks through a forest"}
    inputs = {"input.ref_images_url.0": picture, "input.ref_images_url.1": other_picture}
    parameters = {"size": "832*480", "duration": 1}
    _, with_pictures = make("wanx2.1-vace-plus", given, parameters, inputs)
    _, without = make("wanx2.1-vace-plus", given, parameters)
    change = np.abs(with_pictures.frames[-1].astype(int) - without.frames[-1].astype(int)).mean(axis=-1)
    assert change[8:80, 350:408].mean() > 20
    assert change[:, :300].mean() < 2

"""virtualmodel-v2 and wanx-virtualmodel."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

GIVEN = {"prompt": "a woman on a beach at sunset", "face_prompt": "a friendly face"}
SIZE = {"short_side_size": "512"}


@pytest.mark.parametrize("model", ["virtualmodel-v2", "wanx-virtualmodel"])
def test_the_product_is_kept_and_the_rest_is_new(ask, person: Path, dress: Path, model: str) -> None:  # type: ignore[no-untyped-def]
    """Inside the mask the photo, enlarged; outside another place and another person; several results differ."""
    files = {"base_image_url": person, "mask_image_url": dress}
    made = ask(model, files, GIVEN, SIZE | {"n": 2})
    given = Image.open(person).resize((512, 683), Image.Resampling.LANCZOS)
    core = np.asarray(Image.open(dress).resize((512, 683), Image.Resampling.BILINEAR)) == 255
    for picture in made:
        assert picture.size == (512, 683)
        assert (np.asarray(picture)[core] == np.asarray(given)[core]).all()
        away = np.abs(np.asarray(picture).astype(int) - np.asarray(given)).max(axis=-1)
        assert (away[~core] > 12).mean() > 0.9
    assert made[0].tobytes() != made[1].tobytes()


@pytest.mark.parametrize(("ratio", "size"), [("4:3", (683, 512)), ("1:2", (512, 1024)), ("比例不变", (512, 683))])
def test_the_ratio_asked_for(ask, person: Path, dress: Path, ratio: str, size: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    """``aspect_ratio`` decides the size, the short side stays as asked; the product is whole."""
    files = {"base_image_url": person, "mask_image_url": dress}
    (made,) = ask("virtualmodel-v2", files, GIVEN | {"aspect_ratio": ratio}, SIZE)
    assert made.size == size
    pixels = np.asarray(made).astype(int)
    red = (np.abs(pixels - (200, 40, 50)).max(axis=-1) < 4).sum()
    scale = min(size[0] / 180, size[1] / 240)
    assert red == pytest.approx((np.asarray(Image.open(dress)) > 0).sum() * scale**2, rel=0.1)


def test_a_background_picture_leads(ask, person: Path, dress: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """With full weight the place is the background picture."""
    ground = keep("ground", Image.new("RGB", (200, 200), (20, 160, 60)))
    files = {"base_image_url": person, "mask_image_url": dress, "background_image_url": ground}
    (made,) = ask("virtualmodel-v2", files, GIVEN | {"bgstyle_scale": 1.0}, SIZE)
    assert np.abs(np.asarray(made)[10:60, 10:60].astype(int) - (20, 160, 60)).max() < 6


def test_a_given_face_is_put_in(ask, person: Path, dress: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """The middle of the head is that of the face picture."""
    face = keep("face", Image.new("RGB", (130, 130), (30, 200, 230)))
    files = {"base_image_url": person, "mask_image_url": dress, "face_image_url": face}
    (made,) = ask("virtualmodel-v2", files, GIVEN, SIZE)
    x, y = 90 * 512 / 180, 36 * 683 / 240
    assert np.abs(np.array(made.getpixel((round(x), round(y)))) - (30, 200, 230)).max() < 10

"""The mark on pictures."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageChops


def test_the_mark_is_on_by_default_and_stands_lower_left(ask, photo: Path) -> None:  # type: ignore[no-untyped-def]
    """Out-painting marks its picture in the lower left corner, and nowhere else, unless told not to."""
    asked = {"x_scale": 1.5}
    (marked,) = ask("image-out-painting", {"image_url": photo}, {}, asked)
    (plain,) = ask("image-out-painting", {"image_url": photo}, {}, asked | {"add_watermark": False})
    box = ImageChops.difference(marked, plain).getbbox()
    assert box is not None
    assert box[0] < 30
    assert box[2] < 180
    assert box[1] > 140


def test_the_other_mark_stands_lower_right_when_asked_for(ask, photo: Path, disc: Path) -> None:  # type: ignore[no-untyped-def]
    """``watermark`` marks the lower right corner."""
    files = {"base_image_url": photo}
    given = {"function": "super_resolution", "prompt": "x"}
    (plain,) = ask("wanx2.1-imageedit", files, given)
    (marked,) = ask("wanx2.1-imageedit", files, given, {"watermark": True})
    rows, columns = np.nonzero(np.asarray(ImageChops.difference(marked, plain)).max(axis=-1))
    assert columns.min() > Image.open(photo).width // 2
    assert rows.min() > 140

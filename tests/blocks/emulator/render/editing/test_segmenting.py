"""image-instance-segmentation."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def test_a_pixel_is_the_number_of_its_person(ask, keep) -> None:  # type: ignore[no-untyped-def]
    """The mask has the picture's size and numbers the figures from left to right; 0 is nobody."""
    picture = Image.new("RGB", (300, 200), (190, 205, 220))
    brush = ImageDraw.Draw(picture)
    for left, colour in ((220, (30, 90, 60)), (30, (180, 50, 60)), (125, (60, 60, 160))):
        brush.rounded_rectangle([left, 50, left + 50, 170], 20, fill=colour)
    mask, view = ask("image-instance-segmentation", {"image_url": keep("three", picture)})
    assert (mask.mode, mask.size, view.size) == ("L", (300, 200), (300, 200))
    numbers = np.asarray(mask)
    assert set(np.unique(numbers)) == {0, 1, 2, 3}
    assert [int(numbers[110, x]) for x in (5, 55, 100, 150, 200, 245, 295)] == [0, 1, 0, 2, 0, 3, 0]
    covered = (numbers == 1).sum() / (50 * 120)
    assert 0.9 < covered < 1.1
    assert len(np.unique(np.asarray(view)[110, [55, 150, 245]], axis=0)) == 3


def test_an_empty_picture_has_nobody(ask, keep) -> None:  # type: ignore[no-untyped-def]
    """Where nothing stands out the mask is black."""
    mask, _ = ask("image-instance-segmentation", {"image_url": keep("empty", Image.new("RGB", (90, 70), "teal"))})
    assert not np.asarray(mask).any()


def test_the_mask_erases_the_persons(ask, person: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """As the guide has it, the mask goes as it is into image-erase-completion."""
    mask, _ = ask("image-instance-segmentation", {"image_url": person})
    files = {"image_url": person, "mask_url": keep("mask", mask)}
    (made,) = ask("image-erase-completion", files, {}, {"add_watermark": False})
    assert np.abs(np.asarray(made).astype(int) - (200, 214, 226)).max() < 30

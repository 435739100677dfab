"""Erasing."""

from __future__ import annotations

import pytest

from blocks import catalog

PICTURE, MASK, KEEP = (f"https://example.org/{name}.png" for name in ("beach", "bin", "dog"))
BODY = {"model": "image-erase-completion", "input": {"image_url": PICTURE, "mask_url": MASK}}


def test_a_picture_and_a_mask() -> None:
    """What is to be kept may be said, and how carefully."""
    full = {
        "model": "image-erase-completion",
        "input": {**BODY["input"], "foreground_url": KEEP},  # type: ignore[dict-item]
        "parameters": {"fast_mode": True, "dilate_flag": False, "add_watermark": False},
    }
    for body in (BODY, full):
        assert catalog.request(body).body() == body


@pytest.mark.parametrize("name", ["image_url", "mask_url"])
def test_both_are_needed(name: str) -> None:
    """Without the picture or the mask there is nothing to do."""
    given = {key: value for key, value in BODY["input"].items() if key != name}  # type: ignore[attr-defined]
    with pytest.raises(catalog.InvalidRequest, match=rf"input\.{name}: is missing"):
        catalog.request({**BODY, "input": given})


def test_it_takes_no_words() -> None:
    """A prompt is refused."""
    with pytest.raises(catalog.InvalidRequest, match=r"input\.prompt: is no field"):
        catalog.request({**BODY, "input": {"image_url": PICTURE, "mask_url": MASK, "prompt": "sand"}})


def test_the_mark_is_on_by_default() -> None:
    """Unlike with the other models, the pages say."""
    assert catalog.find("image-erase-completion").fields["parameters.add_watermark"].default is True
    assert catalog.find("image-out-painting").fields["parameters.add_watermark"].default is True


def test_masks_and_pictures_differ_in_formats() -> None:
    """A mask may be heif and no bmp, a picture the other way round."""
    picture, mask = (field.spec.formats for field in catalog.request(BODY).media())
    assert ("bmp" in picture, "heif" in picture) == (True, False)
    assert ("bmp" in mask, "heif" in mask) == (False, True)

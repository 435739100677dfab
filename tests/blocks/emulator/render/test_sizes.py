"""Sizes of rendered pictures."""

import pytest

from blocks.catalog.wan import TIERS
from blocks.emulator.render.sizes import asked_size, capped_size, short_side_size, tier_pixels, tier_size, widest_of


def test_the_documented_example() -> None:
    """750x1000 at 720P gives 816x1104 (models.yaml wan2.6-i2v)."""
    assert tier_size(750, 1000, "720P") == (816, 1104)


@pytest.mark.parametrize("tier", ["480P", "720P", "1080P"])
@pytest.mark.parametrize("picture", [(1280, 720), (720, 1280), (1000, 1000), (360, 2000), (999, 1333), (1920, 1080)])
def test_a_tier_keeps_the_ratio_in_steps_of_sixteen(picture: tuple[int, int], tier: str) -> None:
    """Both sides are multiples of 16, the pixels stay within the tier and the ratio close to the picture's."""
    width, height = tier_size(*picture, tier)
    assert width % 16 == height % 16 == 0
    assert 0.9 * tier_pixels(tier) <= width * height <= tier_pixels(tier)
    assert width / height == pytest.approx(picture[0] / picture[1], rel=0.05)


@pytest.mark.parametrize(("size", "tier"), TIERS.items())
def test_the_tiers_are_those_of_the_catalog(size: str, tier: str) -> None:
    """Every size the catalog sells is one of its tier: no wider than the widest, with as many pixels and no more."""
    width, _, height = size.partition("*")
    assert int(width) <= widest_of(tier)[0]
    assert 0.95 * tier_pixels(tier) <= int(width) * int(height) <= tier_pixels(tier)


def test_exact_tier_pictures_keep_their_size() -> None:
    """A 1280x720 picture at 720P comes back at 1280x720."""
    assert tier_size(1280, 720, "720P") == (1280, 720)


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        ({"size": "832*480"}, (832, 480)),
        ({"size": "1080*1920"}, (1080, 1920)),
        ({"resolution": "1080P"}, (1920, 1080)),
        ({"resolution": "480p"}, (832, 480)),
        ({"resolution": "2K"}, (1280, 720)),
        ({}, (1280, 720)),
    ],
)
def test_the_asked_size_is_read(parameters: dict[str, str], size: tuple[int, int]) -> None:
    """A size, a tier, or the default."""
    assert asked_size(parameters) == size


def test_restyled_sizes_are_even() -> None:
    """The short side is as asked, a repainted video has at most 720P, all sides even."""
    assert short_side_size(1920, 1080, 720) == (1280, 720)
    assert short_side_size(750, 1001, 540) == (540, 720)
    assert capped_size(1920, 1080) == (1280, 720)
    assert capped_size(641, 361) == (640, 360)

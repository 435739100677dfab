"""What a finished generation gives to the steps after it."""

from __future__ import annotations

from tasks.asset import Asset
from tasks.outputs import outputs_of


def _picture(name: str) -> Asset:
    return Asset(uri=f"/m/{name}", path=name, media_type="image/png", bytes=1, sha256=name)


ONE, TWO, THREE, FOUR = (_picture(name) for name in "1234")


def test_files_that_are_not_alike_fill_the_output_of_their_name() -> None:
    """The mask is the mask and the view the view, whichever came first."""
    given = outputs_of("image-instance-segmentation", [ONE, TWO], {"by_name": {"mask": [1], "view": [0]}})
    assert given == {"mask": TWO, "view": ONE}
    alone = outputs_of("image-instance-segmentation", [ONE], {"by_name": {"mask": [0], "view": []}})
    assert alone == {"mask": ONE, "view": None}


def test_posters_and_their_backgrounds_are_two_lists() -> None:
    """The backgrounds are no posters."""
    values = {"by_name": {"image": [0, 1], "images": [0, 1], "backgrounds": [2, 3]}}
    given = outputs_of("wanx-poster-generation-v1", [ONE, TWO, THREE, FOUR], values)
    assert given.pop("auxiliary_parameters") is None  # said in values only, and not here
    assert given == {"image": ONE, "images": [ONE, TWO], "backgrounds": [THREE, FOUR]}


def test_pictures_that_are_alike_are_one_list() -> None:
    """The first one also stands alone."""
    assert outputs_of("wan2.6-t2i", [ONE, TWO], {}) == {"image": ONE, "images": [ONE, TWO]}
    assert outputs_of("wan2.6-t2i", [], {}) == {"image": None, "images": []}

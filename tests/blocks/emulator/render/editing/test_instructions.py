"""wanx2.1-imageedit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from blocks.catalog import MODELS
from blocks.emulator.render.editing.instructions import FUNCTIONS
from blocks.emulator.render.editing.materials import MATERIALS, material_of
from blocks.media.fonts import font

MODEL = "wanx2.1-imageedit"


def edit(  # type: ignore[no-untyped-def]
    ask, function: str, path: Path, prompt: str = "x", parameters: dict[str, Any] | None = None, **files: Path
) -> list[Image.Image]:
    """The results of a function."""
    made: list[Image.Image] = ask(
        MODEL, {"base_image_url": path, **files}, {"function": function, "prompt": prompt}, parameters
    )
    return made


def test_every_function_of_the_catalog_is_there_and_does_something_else(ask, photo: Path, disc: Path) -> None:  # type: ignore[no-untyped-def]
    """Ten functions, ten different pictures of the given size, except where the size is what is asked for."""
    assert set(FUNCTIONS) == set(MODELS[MODEL].variants)
    made = {name: edit(ask, name, photo, "转换成剪纸风格的红色", mask_image_url=disc)[0] for name in FUNCTIONS}
    assert {picture.size for picture in made.values()} == {(240, 180)}
    given = Image.open(photo).tobytes()
    same = {name for name, picture in made.items() if picture.tobytes() == given}
    assert same == {"remove_watermark", "expand"}  # nothing written on it, no scale asked for
    assert len({picture.tobytes() for picture in made.values()}) == 9


@pytest.mark.parametrize("factor", [1, 3])
def test_super_resolution_enlarges_and_sharpens(ask, photo: Path, keep, factor: int) -> None:  # type: ignore[no-untyped-def]
    """As many times the size as asked for, with harder edges than the picture merely enlarged."""
    soft = Image.open(photo).filter(ImageFilter.GaussianBlur(2))
    (made,) = edit(ask, "super_resolution", keep("soft", soft), "图像超分", {"upscale_factor": factor})
    assert made.size == (240 * factor, 180 * factor)

    def hardest(picture: Image.Image) -> float:
        return float(np.abs(np.diff(np.asarray(picture.convert("L")).astype(int), axis=1)).max())

    assert hardest(made) > 1.2 * hardest(soft.resize(made.size, Image.Resampling.BICUBIC))


@pytest.mark.parametrize(
    ("scales", "size", "corner"),
    [
        ({"top_scale": 1.5, "bottom_scale": 1.5, "left_scale": 1.5, "right_scale": 1.5}, (360, 270), (60, 45)),
        ({"left_scale": 2.0}, (360, 180), (120, 0)),
        ({"bottom_scale": 1.2}, (240, 198), (0, 0)),
    ],
)
def test_expand_grows_the_canvas(ask, photo: Path, scales, size, corner) -> None:  # type: ignore[no-untyped-def]
    """All four at 1.5 make 1.5 times the size, as the guide says; the picture stays as it is inside."""
    (made,) = edit(ask, "expand", photo, "a meadow", scales)
    assert made.size == size
    assert made.crop((*corner, corner[0] + 240, corner[1] + 180)).tobytes() == Image.open(photo).tobytes()


def test_writing_is_removed_and_the_rest_stays(ask, photo: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """White letters are gone; the disc, and what is far from the letters, is as it was."""
    given = Image.open(photo)
    written = given.copy()
    ImageDraw.Draw(written).text((20, 140), "SAMPLE 水印", font=font(20), fill=(255, 255, 255))
    (made,) = edit(ask, "remove_watermark", keep("written", written), "去除文字")
    assert (np.asarray(written).min(axis=-1) > 220).sum() > 100
    assert (np.asarray(made).min(axis=-1) > 180).sum() == 0
    assert np.abs(np.asarray(made).astype(int) - np.asarray(given)).mean() < 3
    assert made.crop((0, 0, 240, 125)).tobytes() == given.crop((0, 0, 240, 125)).tobytes()


def test_a_grey_picture_gets_colours(ask, photo: Path, keep) -> None:  # type: ignore[no-untyped-def]
    """Those the words name: the ground first, then the thing."""
    grey = keep("grey", Image.open(photo).convert("L").convert("RGB"))
    (made,) = edit(ask, "colorization", grey, "")
    assert np.ptp(np.asarray(made).astype(int), axis=-1).mean() > 15
    (made,) = edit(ask, "colorization", grey, "蓝色背景，黄色的叶子")
    ground, leaf = np.array(made.getpixel((20, 90))), np.array(made.getpixel((120, 90)))
    assert ground[2] > ground[0] + 30
    assert leaf[0] > leaf[2] + 30


def test_strength_is_the_distance_from_the_picture(ask, photo: Path) -> None:  # type: ignore[no-untyped-def]
    """stylization_all and description_edit go further with more of it."""
    given = np.asarray(Image.open(photo)).astype(int)
    for function in ("stylization_all", "description_edit"):
        near, far = (
            np.abs(np.asarray(edit(ask, function, photo, "snow at night", {"strength": strength})[0]) - given).mean()
            for strength in (0.0, 1.0)
        )
        assert far > 1.3 * near, function


def test_a_thing_turns_into_a_material_and_its_ground_does_not(ask, photo: Path) -> None:  # type: ignore[no-untyped-def]
    """Each of the eight materials differs; around the thing nothing changes."""
    words = {"冰雕": "ice", "云朵": "cloud", "花灯": "lantern", "木板": "wood"}
    words |= {"青花瓷": "porcelain", "毛茸茸": "fluff", "毛线": "wool", "气球": "balloon"}
    assert set(words.values()) == set(MATERIALS)
    given, discs = np.asarray(Image.open(photo)).astype(int), set()
    for word, name in words.items():
        assert material_of(f"把球变成{word}风格") == name
        made = np.asarray(edit(ask, "stylization_local", photo, f"把球变成{word}风格")[0]).astype(int)
        assert (made[:40] == given[:40]).all()
        assert np.abs(made[80:100, 110:130] - given[80:100, 110:130]).mean() > 10
        discs.add(made[80:100, 110:130].tobytes())
    assert len(discs) == 8


def test_a_drawing_is_coloured_in(ask, keep) -> None:  # type: ignore[no-untyped-def]
    """The lines of a sketch stay dark, the area they close has a colour, the rest is the place of the words."""
    sketch = Image.new("RGB", (200, 200), "white")
    ImageDraw.Draw(sketch).rectangle([60, 60, 140, 140], outline="black", width=4)
    (made,) = edit(ask, "doodle", keep("sketch", sketch), "a red house in a field, day", {"is_sketch": True})
    assert max(made.getpixel((100, 61))) < 60
    inside, outside = np.array(made.getpixel((100, 100))), np.array(made.getpixel((20, 20)))
    assert inside.min() < 230
    assert np.abs(inside - outside).max() > 30


def test_a_character_moves_to_another_scene(ask, person: Path) -> None:  # type: ignore[no-untyped-def]
    """Its colours are there, the plain ground it stood before is not; several results differ."""
    made = edit(ask, "control_cartoon_feature", person, "卡通形象在森林里散步，夜晚", {"n": 2})
    pixels = np.asarray(made[0]).astype(int)
    assert ((pixels[..., 0] > 140) & (pixels[..., 1] < 100)).mean() > 0.02
    assert (np.abs(pixels - (200, 214, 226)).max(axis=-1) < 12).mean() < 0.02
    assert made[0].tobytes() != made[1].tobytes()


@pytest.mark.parametrize("function", sorted(FUNCTIONS.keys() - {"remove_watermark", "expand"}))
def test_several_results_differ(ask, photo: Path, disc: Path, function: str) -> None:  # type: ignore[no-untyped-def]
    """What is drawn anew is drawn otherwise for every result."""
    made = edit(ask, function, photo, "a forest by a lake", {"n": 3}, mask_image_url=disc)
    assert len({picture.tobytes() for picture in made}) == 3

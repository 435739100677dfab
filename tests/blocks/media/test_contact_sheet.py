import numpy as np
import pytest
from PIL import Image

from blocks.media import MediaError, contact_sheet
from tests.blocks.media.conftest import BLUE, GREEN, RED


def near(pixel, colour) -> bool:
    return bool(np.abs(np.subtract([int(part) for part in pixel], colour)).max() < 30)


def test_grid(make_film, tmp_path):
    """Each film and picture stands in its place of the grid, in reading order."""
    Image.new("RGB", (160, 96), BLUE).save(tmp_path / "b.png")
    sources = [make_film("r.mp4", RED), make_film("g.mp4", GREEN), tmp_path / "b.png", make_film("r2.mp4", RED)]
    info = contact_sheet(sources, tmp_path / "sheet.png", columns=2, width=400)
    assert (info.media_type, info.width) == ("image/png", 400)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    middle, low = info.height // 4 + 10, 3 * info.height // 4 + 10
    assert near(sheet[middle, 100], RED) and near(sheet[middle, 300], GREEN)
    assert near(sheet[low, 100], BLUE) and near(sheet[low, 300], RED)
    assert max(sheet[0, 0]) < 40


def test_captions_are_written(make_film, tmp_path):
    """A caption, also a Chinese one, stands under its picture and takes no more than its width."""
    films = [make_film("a.mp4", RED), make_film("b.mp4", GREEN)]
    contact_sheet(films, tmp_path / "bare.png", captions=["", ""], columns=2, width=400)
    contact_sheet(films, tmp_path / "text.png", captions=["镜头一：雨夜" * 9, ""], columns=2, width=400)
    bare, text = (np.asarray(Image.open(tmp_path / name)).astype(int) for name in ("bare.png", "text.png"))
    assert bare.shape == text.shape
    columns = np.flatnonzero(np.abs(bare - text).max(axis=(0, 2)) > 40)
    assert 5 <= columns.min() < 30 and 150 < columns.max() < 200


def test_upright_pictures_keep_their_shape(tmp_path, make_film):
    """A picture of another shape is fitted whole, not cut or stretched."""
    Image.new("RGB", (96, 192), BLUE).save(tmp_path / "tall.png")
    contact_sheet([make_film("a.mp4"), tmp_path / "tall.png"], tmp_path / "sheet.png", columns=2, width=600)
    sheet = np.asarray(Image.open(tmp_path / "sheet.png")).astype(int)
    blue = (sheet[..., 2] > 180) & (sheet[..., 0] < 60)
    rows, columns = np.flatnonzero(blue.any(axis=1)), np.flatnonzero(blue.any(axis=0))
    assert len(rows) / len(columns) == pytest.approx(2, abs=0.1)


def test_jpeg_by_default(tmp_path, make_film):
    """A sheet is a JPEG unless its name says PNG."""
    assert contact_sheet([make_film("a.mp4")] * 5, tmp_path / "sheet.jpg").media_type == "image/jpeg"


def test_wrong_number_of_captions(tmp_path, make_film):
    """Captions that do not go with the pictures are refused."""
    with pytest.raises(MediaError, match="2 captions for 1 pictures"):
        contact_sheet([make_film("a.mp4")], tmp_path / "sheet.jpg", captions=["a", "b"])


def test_nothing_to_show(tmp_path):
    """A sheet of nothing is refused."""
    with pytest.raises(MediaError, match="nothing to show"):
        contact_sheet([], tmp_path / "sheet.jpg")

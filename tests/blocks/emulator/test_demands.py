"""What a model demands of its files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from blocks import catalog
from blocks.catalog import Media
from blocks.emulator.demands import InputFailed, check, said_by
from blocks.media import probe


def png(width: int, height: int, mode: str = "RGB") -> io.BytesIO:
    file = io.BytesIO()
    Image.new(mode, (width, height), "teal").save(file, "png")
    return file


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (Media("video"), "InvalidFile.Format"),
        (Media("image", min_side=400), "InvalidFile.Resolution"),
        (Media("image", max_side=600), "InvalidFile.Resolution"),
        (Media("image", max_ratio=1.5), "InvalidFile.Resolution"),
        (Media("image", max_bytes=10), "InvalidFile.Size"),
        (Media("image", ("jpeg", "webp")), "InvalidImage.FileFormat"),
        (Media("image", ("jpeg",), also=Media("video", ("mp4",))), "InvalidFile.Format"),
    ],
)
def test_a_file_is_held_to_what_the_model_takes(picture: Path, spec: Media, code: str) -> None:
    """Each documented demand has its documented error."""
    info = probe(picture)
    check(info, Media("image", ("jpg", "PNG"), min_side=384, max_side=640, max_ratio=1.7))
    with pytest.raises(InputFailed) as failure:
        check(info, spec)
    assert failure.value.code == code


def test_a_product_that_is_not_cut_out_fails_the_task() -> None:
    """Background generation wants transparent parts, as the service says it."""
    body = {
        "model": "wanx-background-generation-v2",
        "input": {"base_image_url": "https://example.org/a.png", "ref_prompt": "mist"},
    }
    spec = catalog.request(body).media()[0].spec
    with pytest.raises(InputFailed) as failed:
        check(probe(png(600, 600)), spec)
    assert failed.value.code == "BadRequest.UnsupportedFileFormat"
    assert "RGBA" in failed.value.message


def test_transparent_parts_are_taken_where_the_pages_say_so() -> None:
    """A picture with them fits most models; where it must have none it does not."""
    info = probe(png(600, 600, "RGBA"))
    check(info, Media("image"))
    with pytest.raises(InputFailed, match=r"InvalidImage\.FileFormat: .*transparent"):
        check(info, Media("image", alpha=False))
    check(probe(png(600, 600)), Media("image", alpha=False))


def test_the_types_that_are_taken_are_named() -> None:
    """The message lists what the model's page lists."""
    with pytest.raises(InputFailed, match="following types: MP4, MOV"):
        check(probe(png(600, 600)), Media("video", ("mp4", "mov")))


def test_most_models_say_it_in_the_usual_words() -> None:
    """Only where a page has a code of its own is another one said."""
    failed = InputFailed("InvalidFile.Resolution", "too small")
    assert said_by("wan2.6-i2v", failed) is failed
    assert said_by("image-erase-completion", failed).code == "InvalidParameter.ImageResolution"
    size = InputFailed("InvalidFile.Size", "too big")
    assert said_by("image-erase-completion", size) is size

"""AnimateAnyone: check, template, dance."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks import catalog

CHECK, TEMPLATE, DANCE = "animate-anyone-detect-gen2", "animate-anyone-template-gen2", "animate-anyone-gen2"


@pytest.mark.parametrize(
    ("model", "path"),
    [(CHECK, "aa-detect"), (TEMPLATE, "aa-template-generation"), (DANCE, "video-synthesis")],
)
def test_each_of_the_three_has_its_path(bodies, model: str, path: str) -> None:
    """The body equals what the user said; a slash at the end of the path does not matter."""
    request = catalog.request(bodies(model))
    assert request.body() == bodies(model)
    assert request.row.endpoint.strip("/").rpartition("/")[2] == path


def test_a_template_comes_of_a_video() -> None:
    """Its id is a value, and no address; without a video there is nothing to make."""
    answer = {"output": {"task_status": "SUCCEEDED", "template_id": "AACT.1.2-3.4"}, "usage": {"video_duration": 3}}
    read = catalog.read(TEMPLATE, answer)
    assert (read.values, read.urls) == ({"template_id": "AACT.1.2-3.4"}, ())
    assert catalog.find(TEMPLATE).outputs == {"template_id": "template"}
    with pytest.raises(catalog.InvalidRequest, match=r"input\.video_url: is missing"):
        catalog.request({"model": TEMPLATE, "input": {}})


def test_what_the_video_must_be(bodies) -> None:
    """2 to 60 seconds, 24 frames a second at least, H.264 or H.265."""
    (video,) = catalog.request(bodies(TEMPLATE)).media()
    spec = video.spec
    assert (spec.min_seconds, spec.max_seconds, spec.open_ends) == (2, 60, False)
    assert (spec.min_fps, spec.max_fps, spec.codecs) == (24, None, ("h264", "hevc"))
    assert (spec.min_side, spec.max_side, spec.max_ratio) == (200, 2048, 3)


def test_a_picture_is_checked_for_what_the_dance_takes(bodies) -> None:
    """The check's page names no limits; those of the generation count: no webp."""
    (checked,), (danced,) = (catalog.request(bodies(model)).media() for model in (CHECK, DANCE))
    assert checked.spec == danced.spec
    assert "webp" not in danced.spec.formats


def test_the_ratio_needs_the_pictures_background(bodies) -> None:
    """Before the video's background another ratio has no effect; the default may be said, and the service takes all."""
    body = bodies(DANCE, parameters={"use_ref_img_bg": False})
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.video_ratio: has no effect") as refused:
        catalog.request(body)
    assert refused.value.problems[0].value == "3:4"
    assert catalog.request(body, wire=True).body() == body
    catalog.request(bodies(DANCE, parameters={"use_ref_img_bg": False, "video_ratio": "9:16"}))


@pytest.mark.parametrize("template", ["", " ", 7])
def test_a_template_is_needed(bodies, template: object) -> None:
    """The dance needs the id of a template."""
    with pytest.raises(catalog.InvalidRequest, match=r"input\.template_id"):
        catalog.request(bodies(DANCE, input={"template_id": template}))


def test_each_of_the_three_is_priced(bodies) -> None:
    """A check by the picture, a template by the second, a dance by seconds known afterwards."""
    assert catalog.quote(catalog.request(bodies(CHECK))).amount == Decimal("0.004")
    assert catalog.quote(catalog.request(bodies(TEMPLATE)), input_seconds=10.23).amount == Decimal("0.8184")
    dance = catalog.quote(catalog.request(bodies(DANCE)))
    assert (dance.amount, dance.at_most) == (None, Decimal("4.80"))
    assert catalog.cost(DANCE, {"video_duration": 2.5, "video_ratio": "standard"}).amount == Decimal("0.2")

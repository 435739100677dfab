"""A model as plain data."""

from __future__ import annotations

import json

import pytest

from blocks import catalog
from blocks.catalog import sources


@pytest.mark.parametrize("model", catalog.MODELS)
def test_every_description_is_json(model: str) -> None:
    """Each model is told as JSON, prices as exact text."""
    said = json.loads(json.dumps(catalog.describe(model)))
    assert said["id"] == model
    for table in said["billing"]["prices"].values():
        assert all(isinstance(price, str) for price in table.values())


def test_a_field_tells_its_limits() -> None:
    """Type, default, choices and range are there; what is not documented is not."""
    fields = {field["name"]: field for field in catalog.describe("wan2.6-t2v")["fields"]}
    assert fields["parameters.duration"] | {"description": "", "source": {}} == {
        "name": "parameters.duration",
        "type": "integer",
        "required": False,
        "default": 5,
        "min": 2,
        "max": 15,
        "description": "",
        "source": {},
    }
    assert fields["input.prompt"]["max_chars"] == 1500
    assert fields["input.prompt"]["required"] is True
    assert len(fields["parameters.size"]["choices"]) == 10
    assert fields["input.audio_url"]["type"] == "audio"
    assert fields["input.audio_url"]["media"]["accepts"] == ["http", "oss"]
    assert fields["parameters.watermark"]["default"] is False


def test_a_model_with_functions_tells_each() -> None:
    """Each function has its own fields; a list says so."""
    said = catalog.describe("wanx2.1-vace-plus")
    assert "fields" not in said
    assert len(said["functions"]) == 5
    reference = {field["name"]: field for field in said["functions"]["image_reference"]}
    pictures = reference["input.ref_images_url"]
    assert (pictures["type"], pictures["list"], pictures["min"], pictures["max"]) == ("image", True, 1, 3)
    assert "input.video_url" not in reference


def test_all_functions_together() -> None:
    """The row's fields are those of every function; only what all need is required."""
    fields = catalog.find("wanx2.1-vace-plus").fields
    assert fields["input.prompt"].required
    assert not fields["input.video_url"].required
    assert fields["input.video_url"].type == "video"


def test_a_request_class_draws_a_form() -> None:
    """The JSON schema of a request carries the limits, so a form can."""
    schema = catalog.find("wan2.6-t2v").request.model_json_schema()
    text = json.dumps(schema)
    assert '"maxLength": 1500' in text
    assert '"maximum": 15' in text


def test_a_description_tells_where_each_fact_is_known_from() -> None:
    """Page, lines, address and how sure, of fields and of the rest; and a request that shows it."""
    said = catalog.describe("wan2.6-i2v")
    (place,) = said["sources"]["typical_seconds"]["from"]
    assert place["lines"] == "4824" and place["kind"] == "reference" and place["url"].startswith("https://")
    assert set(said["sources"]) == {*sources.FACTS}
    field = next(field for field in said["fields"] if field["name"] == "input.img_url")
    assert field["source"]["sure"] == "reference"
    other = catalog.describe("video-style-transform")["sources"]["limits"]
    assert other["sure"] == "disputed" and other["instead_of"][0]["says"].startswith("20 submits")
    assert catalog.request(said["examples"][0]["request"]).row.id == "wan2.6-i2v"

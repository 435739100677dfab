"""Where a model can be asked."""

from __future__ import annotations

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import Bodies

TEXT = {"input": {"prompt": "rain"}}


@pytest.mark.parametrize(
    ("model", "region", "taker"),
    [
        ("wan2.6-t2v-us", "beijing", "wan2.6-t2v"),
        ("wanx2.1-t2v-turbo", "singapore", "wan2.1-t2v-turbo"),
        ("wan2.1-t2v-plus", "beijing", "wanx2.1-t2v-plus"),
        ("wan2.5-t2i-preview", "virginia", "wan2.6-t2i"),
    ],
)
def test_a_region_without_the_model_names_what_it_has(model: str, region: str, taker: str) -> None:
    """Said before anything is sent: where the model is served, and which models of that region would take it."""
    problem = catalog.not_served(catalog.request({"model": model, **TEXT}), region)
    assert problem is not None and problem.field == "model" and f"not in {region}" in problem.message
    assert taker in problem.models
    assert all(region in catalog.find(other).regions for other in problem.models)


def test_the_other_name_of_a_model_is_told() -> None:
    """In Singapore some models have names of their own, and in Beijing those have others."""
    for here, region, there in (
        ("wanx2.1-t2v-turbo", "singapore", "wan2.1-t2v-turbo"),
        ("wan2.1-t2v-turbo", "beijing", "wanx2.1-t2v-turbo"),
    ):
        problem = catalog.not_served(catalog.request({"model": here, **TEXT}), region)
        assert problem is not None and problem.message.endswith(f"there it is called {there}")


@pytest.mark.parametrize("model", Bodies.models)
def test_where_a_model_is_served_nothing_is_said(model: str, bodies: Bodies) -> None:
    """Its own regions, those the pages leave open, and addresses that are not the vendor's own."""
    request = catalog.request(bodies(model))
    row = request.row
    for region in (*row.regions, *row.unsure_regions, "gateway", "emulator", "custom"):
        assert catalog.not_served(request, region) is None


@pytest.mark.parametrize(
    ("model", "region"),
    [("wan2.2-kf2v-flash", "singapore"), ("wan2.2-t2v-plus", "virginia"), ("qwen-plus", "virginia")],
)
def test_what_the_pages_leave_open_is_not_refused(model: str, region: str) -> None:
    """The family's page gives an address there although no price list has the model: the service may decide."""
    inputs = {
        "wan2.2-kf2v-flash": {"first_frame_url": "https://example.org/a.png"},
        "qwen-plus": {"messages": [{"role": "user", "content": "rain"}]},
    }
    request = catalog.request({"model": model, "input": inputs.get(model, TEXT["input"])})
    assert catalog.not_served(request, region) is None
    said = catalog.describe(model)
    assert region in said["regions"] + said["unsure_regions"]


def test_no_price_is_quoted_where_a_model_is_not_served() -> None:
    """What has a price in a deployment is served there."""
    places = {"beijing": "beijing", "singapore": "singapore", "us": "virginia", "global": "virginia"}
    for row in catalog.MODELS.values():
        served = {*row.regions, *row.also, *(catalog.find(row.same_as).regions if row.same_as else ())}
        assert {places[deployment] for deployment in row.billing.prices} <= served, row.id

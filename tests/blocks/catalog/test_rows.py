"""The rows of the catalog."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from blocks import catalog


def test_ids_are_unique_and_found() -> None:
    """Each row is found by its id, and every id its request takes has a row."""
    for name, row in catalog.MODELS.items():
        assert catalog.find(name) is row
        assert row.id == name
        for kind in row.requests:
            assert name in kind.model_fields["model"].annotation.__args__  # type: ignore[union-attr]


@pytest.mark.parametrize("row", catalog.MODELS.values(), ids=lambda row: row.id)
def test_a_row_is_complete(row: catalog.Model) -> None:
    """Each row says where it goes, what it makes and what it costs."""
    assert row.outputs and row.summary and row.regions
    assert row.endpoint.startswith("services/") or row.mode == "chat"
    assert row.result.urls or row.result.passed or row.result.passed_by or row.kind in ("text", "template")
    assert row.billing.prices or row.billing.trial_only
    assert row.typical_seconds[0] < row.typical_seconds[1]
    for field in row.fields.values():
        assert field.description or field.path == "input.function", field.path


@pytest.mark.parametrize(
    "row", [row for row in catalog.MODELS.values() if row.billing.by == "tier"], ids=lambda row: row.id
)
def test_every_tier_has_a_price(row: catalog.Model) -> None:
    """Each size or resolution the model takes is priced in its first deployment."""
    prices = next(iter(row.billing.prices.values()))
    resolutions = row.fields.get("parameters.resolution")
    if resolutions is not None:
        assert set(resolutions.choices) == set(prices)


def test_the_catalog_cannot_be_changed() -> None:
    """Rows are read-only."""
    with pytest.raises(TypeError):
        catalog.MODELS["x"] = catalog.find("wan2.6-t2v")  # type: ignore[index]


def test_importing_the_catalog_needs_neither_prefect_nor_a_network_library() -> None:
    """It is light enough for a command line's first answer."""
    code = "import sys, blocks.catalog; print([m for m in ('prefect', 'httpx', 'av', 'numpy') if m in sys.modules])"
    root = Path(__file__).resolve().parents[3]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_prompt_formulas_are_ready_for_a_chat_model() -> None:
    """Each formula reads as advice with an example; the multi-shot one marks its shots."""
    assert set(catalog.prompts.FORMULAS) == {"basic", "advanced", "multi_shot", "image_to_video", "sound"}
    for name, formula in catalog.prompts.FORMULAS.items():
        assert str(formula).startswith(formula.name), name
        assert formula.example in str(formula)
    assert re.search(r"Shot 1 \[0-4s\].*Shot 2 \[4-8s\]", catalog.prompts.MULTI_SHOT.example)

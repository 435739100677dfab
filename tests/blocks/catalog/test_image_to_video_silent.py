"""Image to video without sound."""

from __future__ import annotations

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_of


def test_an_effect_needs_no_prompt(bodies) -> None:
    """A template and a picture are enough, and go over the wire as they are."""
    body = bodies("wanx2.1-i2v-turbo")
    assert catalog.request(body).body() == body


def test_words_beside_an_effect_would_be_ignored(bodies) -> None:
    """Words and an effect do not go together; the service takes both, so the emulated one does too."""
    body = bodies("wanx2.1-i2v-turbo", input={"prompt": "the cat runs"})
    with pytest.raises(catalog.InvalidRequest, match=r"input\.prompt: is ignored beside template"):
        catalog.request(body)
    assert catalog.request(body, wire=True).body() == body
    assert catalog.request(bodies("wanx2.1-i2v-turbo", input={"prompt": " "}))


def test_an_effect_of_the_bigger_model_names_it(bodies) -> None:
    """The turbo model lacks some effects; the model that has them is named."""
    problem = problem_of(bodies("wanx2.1-i2v-turbo", input={"template": "mermaid"}))
    assert (problem.field, problem.models) == ("input.template", ["wanx2.1-i2v-plus"])


def test_a_misspelt_effect_is_corrected(bodies) -> None:
    """The nearest effect is named."""
    with pytest.raises(catalog.InvalidRequest, match=r"did you mean squish\?"):
        catalog.request(bodies("wanx2.1-i2v-turbo", input={"template": "squich"}))


def test_the_number_of_effects() -> None:
    """13 effects for turbo, 26 for plus, turbo's among them."""
    turbo = catalog.find("wanx2.1-i2v-turbo").fields["input.template"].choices
    plus = catalog.find("wanx2.1-i2v-plus").fields["input.template"].choices
    assert (len(turbo), len(plus)) == (13, 26)
    assert set(turbo) < set(plus)


def test_effects_are_not_for_the_newer_models(bodies) -> None:
    """wan2.2 has no effects; the field is refused with the models that have them."""
    body = {"model": "wan2.2-i2v-flash", "input": {"img_url": "a.png", "template": "squish"}}
    assert problem_of(body).models == ["wanx2.1-i2v-turbo", "wanx2.1-i2v-plus"]


def test_turbo_makes_three_to_five_seconds(bodies) -> None:
    """3, 4 and 5, and only these."""
    for seconds in (3, 4, 5):
        assert catalog.request(bodies("wanx2.1-i2v-turbo", parameters={"duration": seconds})).seconds == seconds
    with pytest.raises(catalog.InvalidRequest, match="allowed: 3, 4, 5"):
        catalog.request(bodies("wanx2.1-i2v-turbo", parameters={"duration": 2}))

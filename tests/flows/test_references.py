"""References name parameters, items and the outputs of steps."""

from typing import Any

import pytest

from flows.references import Alternatives, BadReference, Reference, find, parse, resolve, whole
from flows.scope import Scope, Skipped


def named(alternatives: Alternatives) -> Any:
    return {"clip.video": 7, "name": "Lan", "item": [1, 2]}[str(alternatives[0])]


def test_a_string_that_is_one_reference_takes_the_value_as_it_is() -> None:
    """A whole reference keeps the type of what it names."""
    assert resolve({"a": "${clip.video}", "b": ["${item}"]}, named) == {"a": 7, "b": [[1, 2]]}


def test_a_reference_within_text_is_written_out() -> None:
    """Within other text a reference becomes text, and $${ stays a literal ${."""
    assert resolve("to ${name}, $${name}: ${clip.video}", named) == "to Lan, ${name}: 7"


def test_alternatives_are_tried_in_order() -> None:
    """`or` separates alternatives."""
    assert parse("a.video or b.video[2] or c") == (
        Reference("a", "video"),
        Reference("b", "video", 2),
        Reference("c"),
    )


def test_an_empty_parameter_leaves_the_word_to_the_next_alternative() -> None:
    """`or` passes over what is nothing; alone, or at the end, it is nothing. No is an answer."""
    scope = Scope({"own": None, "off": False}, {"clip": {"video": 7}, "gone": Skipped("gone failed")})
    assert scope.look_up(parse("own or clip.video")) == 7
    assert scope.look_up(parse("own or gone.video")) is None and scope.look_up(parse("own")) is None
    assert scope.look_up(parse("off or clip.video")) is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("names[one]", "ink"),
        ("names[some]", ["ink", "felt"]),
        ("clip.videos[index]", 8),
        ("names[five] or one", 2),
        ("names[beyond] or some", [2, 0]),
        ("names[none]", []),
    ],
)
def test_a_parameter_says_which_of_a_list_are_meant(text: str, value: object) -> None:
    """A number one of them, a list of numbers these in its order; what is not there leaves it to the next."""
    params = {"names": ["felt", "paper", "ink"], "one": 2, "some": [2, 0], "five": 5, "beyond": [0, 3], "none": []}
    scope = Scope(params, {"clip": {"videos": [7, 8]}}, index=1)
    assert scope.look_up(parse(text)) == value


@pytest.mark.parametrize("text", ["", "a..b", "1a.b", "a.b.c", "a or", "a and b", "a.video[x.y]", "a.video[-1]"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    """Anything but the documented forms is an error that shows the forms."""
    with pytest.raises(BadReference, match=r"write \$\{step\.output\}"):
        parse(text)


def test_references_are_found_wherever_they_stand() -> None:
    """Every reference is found with its place, and whether it is the whole value."""
    found = list(find({"x": {"y": ["${a.b}", "see ${c}"]}, "n": 3}))
    assert [(at, str(names[0]), alone) for at, names, alone in found] == [
        (("x", "y", 0), "a.b", True),
        (("x", "y", 1), "c", False),
    ]
    assert whole("plain") is None
    assert whole(5) is None

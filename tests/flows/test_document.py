"""YAML and JSON files remember where everything stands."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from flows.document import InvalidInput, Problem, dotted, read_document, validate


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    prompt: str
    seconds: int = 1


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    shots: list[Inner] = []


def written(tmp_path: Path, text: str, name: str = "story.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_part_of_a_file_knows_its_line_and_column(tmp_path: Path) -> None:
    """A place deep in a file is named by the line and column where it begins."""
    document = read_document(written(tmp_path, "title: a\nshots:\n  - prompt: one\n    seconds: 3\n"))
    assert document.data == {"title": "a", "shots": [{"prompt": "one", "seconds": 3}]}
    assert document.place(("shots", 0, "seconds")) == "story.yaml:4:5"
    assert document.place(("shots", 0, "nothing", "here")) == "story.yaml:3:5"


def test_json_is_read_as_well(tmp_path: Path) -> None:
    """A JSON file is as good as a YAML file."""
    document = read_document(written(tmp_path, '{"title": "雨", "shots": []}', "story.json"))
    assert document.data == {"title": "雨", "shots": []}


def test_a_typo_is_answered_with_file_line_and_the_nearest_name(tmp_path: Path) -> None:
    """An unknown field is named with its place and the name that was probably meant."""
    document = read_document(written(tmp_path, "title: a\nshots:\n  - promt: one\n"))
    with pytest.raises(InvalidInput) as caught:
        validate(Outer, document.data, document)
    [line] = caught.value.lines()
    assert line.startswith("story.yaml:3:5: shots[0].promt") and "Did you mean 'prompt'" in line


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """A field that is not there, and of which nothing else is a misspelling, is missing."""
    document = read_document(written(tmp_path, "title: a\nshots:\n  - {seconds: 2}\n"))
    with pytest.raises(InvalidInput, match="story.yaml:3:5: shots\\[0\\].prompt: is missing"):
        validate(Outer, document.data, document)


def test_a_wrong_type_says_what_was_given(tmp_path: Path) -> None:
    """A value of the wrong type is shown back."""
    document = read_document(written(tmp_path, "title: a\nshots:\n  - {prompt: x, seconds: soon}\n"))
    with pytest.raises(InvalidInput, match="story.yaml:3:17: shots\\[0\\].seconds: .*'soon'"):
        validate(Outer, document.data, document)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [a\n", "story.yaml:2:1: not valid YAML"),
        ("title: a\ntitle: b\n", "story.yaml:2:1: not valid YAML: 'title' is given twice"),
        ("a:\n  input: {img_url: ${photo}, n: 1}\n", "2:21: not valid YAML: expected ',' or '}', but got '{'; within"),
        ("a: [${photo.image}]\n", 'a reference needs quotes: "${photo.image}"'),
        ("a:\n\tb: 1\n", "story.yaml:2:1: not valid YAML: a tab stands here; indent with spaces"),
        ("a: 1\nb: 2\na: 3\n", "story.yaml:3:1: not valid YAML: 'a' is given twice; first in line 1"),
        (
            "p: {text: The wishes, spoken.}\n",
            "story.yaml:1:23: not valid YAML: 'spoken.' has no value; if it belongs to",
        ),
        ("p: {text: Fog: rolls in}\n", "if ': ' belongs to a text, put the text in quotes"),
        ("text: Fog: rolls in\n", "if ': ' belongs to a text, put the text in quotes; if this is a field"),
        (
            "text: @fog\n",
            "story.yaml:1:7: not valid YAML: found character '@' that cannot start any token; put the text",
        ),
        ("text: *fog, rolling\n", "found undefined alias 'fog'; put the text in quotes"),
        ("when: !!python/object/apply:os.system [echo]\n", "not valid YAML"),
        ("? !!python/name:os.system ''\n: x\n", "story.yaml:1:3: not valid YAML: could not determine a constructor"),
        ("? [a, b]\n: x\n", "story.yaml:1:3: not valid YAML: a name is a plain word"),
        ("? {a: b}\n: x\n", "story.yaml:1:3: not valid YAML: a name is a plain word"),
    ],
)
def test_a_file_that_is_no_yaml_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """Broken YAML, keys given twice and Python tags are refused, each with where."""
    with pytest.raises(InvalidInput) as caught:
        read_document(written(tmp_path, text))
    assert said in str(caught.value)


def test_a_key_with_a_colon_may_be_empty(tmp_path: Path) -> None:
    """Within braces as well; only what has no colon was probably text."""
    assert read_document(written(tmp_path, "p: {text: , more: 'a, b', 'c': }\n")).data == {
        "p": {"text": None, "more": "a, b", "c": None}
    }


@pytest.mark.parametrize(("given", "meant"), [("wipelef", "; did you mean wipeleft?"), ("best", "")])
def test_one_of_several_words_is_answered_with_all_and_the_nearest(given: str, meant: str) -> None:
    """As a model's fields are; no word is suggested that has little in common."""

    class Fade(BaseModel):
        transition: Literal["fade", "wipeleft", "longest"]

    with pytest.raises(InvalidInput) as caught:
        validate(Fade, {"transition": given})
    assert str(caught.value) == f"transition: '{given}' is not taken{meant}; allowed: fade, wipeleft, longest"


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    """A file that is not there gives one line, not a traceback."""
    with pytest.raises(InvalidInput, match="cannot read .*nothing.yaml"):
        read_document(tmp_path / "nothing.yaml")


def test_locations_read_like_code() -> None:
    """Places are written the way people write them."""
    assert dotted(("scenes", 1, "shots", 0, "seconds")) == "scenes[1].shots[0].seconds"
    assert str(InvalidInput([Problem(("a", 0), "is odd")])) == "a[0]: is odd"

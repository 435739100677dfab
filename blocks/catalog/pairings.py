"""From an answer to the next request: what a check or a generation found becomes fields, in one place.

passed = catalog.read("emo-detect-v1", answer)
fields = catalog.pair(passed, "emo-v1", image_url=picture, audio_url=voice)     # face_bbox and ext_bbox are added
request = catalog.request({"model": "emo-v1", "input": fields})

Facts: models.yaml pairings; models-extra.yaml wanx-poster-generation-v1, image-erase-completion. That one family calls
its boxes otherwise in answers is settled by ``read``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from blocks.catalog.answers import BY_NAME, Answer, read


class NotPassed(Exception):
    """A check said no: the file does not suit the model, and a generation would be paid for in vain.

    Attributes:
        model: the model that was meant to be asked.
        check: the model that said no.
        reason: why, in the service's words.
        code: the service's code, None when it gave none.
        what: what to exchange, ``picture`` or ``video``.
    """

    def __init__(self, model: str, check: str, reason: str, code: str | None = None, what: str = "picture") -> None:
        self.model, self.check, self.reason, self.code, self.what = model, check, reason, code, what
        said = ": ".join(part for part in (code, reason) if part)
        super().__init__(f"{check} says no: {said}; {model} was not asked, take another {what}")

    def __reduce__(self) -> tuple[Any, ...]:
        return NotPassed, (self.model, self.check, self.reason, self.code, self.what)


@dataclass(frozen=True)
class Pairing:
    """A check and the generation it is for.

    Attributes:
        check: the model that looks at the picture.
        generate: the model that takes it.
        hands_on: values of the check's answer that are fields of the next ``input``, under the same names.
        template: the model that makes the template the generation needs besides; None when it needs none.
        advises: parameters advised by a value of the check's answer.
    """

    check: str
    generate: str
    hands_on: tuple[str, ...] = ()
    template: str | None = None
    advises: Mapping[tuple[str, Any], Mapping[str, Any]] = field(default_factory=dict)


_BOXES = ("face_bbox", "ext_bbox")

PAIRINGS: Mapping[str, Pairing] = MappingProxyType(
    {
        pairing.generate: pairing
        for pairing in (
            Pairing("wan2.2-s2v-detect", "wan2.2-s2v"),
            Pairing(
                "animate-anyone-detect-gen2",
                "animate-anyone-gen2",
                template="animate-anyone-template-gen2",
                # What a half body does not show would be made up before the video's background.
                advises={("bodystyle", "half"): {"use_ref_img_bg": True}},
            ),
            Pairing("emo-detect-v1", "emo-v1", _BOXES),
            Pairing("liveportrait-detect", "liveportrait"),
            Pairing("emoji-detect-v1", "emoji-v1", _BOXES),
        )
    }
)
"""Every pairing by the model that generates."""


HANDOVERS: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        ("image-instance-segmentation", "image-erase-completion"): {"mask": ("mask_url", "foreground_url")},
        ("wanx-poster-generation-v1", "wanx-poster-generation-v1"): {"auxiliary_parameters": ("auxiliary_parameters",)},
    }
)
"""Generations whose results another one takes: by both models, each output with the fields of ``input`` it may fill."""


def pair(
    check_answer: Answer | Mapping[str, Any],
    generate_model: str,
    *,
    template: Answer | Mapping[str, Any] | None = None,
    **own: Any,
) -> dict[str, Any]:
    """The ``input`` of a generation whose picture was checked.

    Args:
        check_answer: what the check answered, read or as it came.
        generate_model: the model to ask next.
        template: the answer of the template's task, for a model that needs one.
        own: the caller's own fields: the same ``image_url`` that was checked, ``audio_url``, ``driven_id``, …; they go
            over what the answers say.

    Raises:
        KeyError: the model has no check.
        NotPassed: the check said no, or did not give what the generation needs.
    """
    pairing = PAIRINGS[generate_model]
    answer = _read(pairing.check, check_answer)
    if answer.values.get("passed") is not True:
        reason = answer.reason or answer.message or "the check gave no reason"
        raise NotPassed(generate_model, pairing.check, reason, answer.code or None)
    fields = {name: answer.values[name] for name in pairing.hands_on if name in answer.values}
    missing = [name for name in pairing.hands_on if name not in fields and name not in own]
    if missing:
        raise NotPassed(generate_model, pairing.check, f"the check gave no {' and no '.join(missing)}")
    if template is not None and pairing.template is not None:
        made = _read(pairing.template, template)
        if "template_id" not in made.values:
            reason = made.message or "the task gave no template_id"
            raise NotPassed(generate_model, pairing.template, reason, made.code or None, "video")
        fields["template_id"] = made.values["template_id"]
    return {**fields, **own}


def advised(check_answer: Answer | Mapping[str, Any], generate_model: str) -> dict[str, Any]:
    """The parameters that a check's answer advises for the generation; empty when it advises none.

    Raises:
        KeyError: the model has no check.
    """
    pairing = PAIRINGS[generate_model]
    values = _read(pairing.check, check_answer).values
    found: dict[str, Any] = {}
    for (name, value), parameters in pairing.advises.items():
        if values.get(name) == value:
            found |= parameters
    return found


def hand_over(
    answer: Answer | Mapping[str, Any], made_by: str, generate_model: str, *, at: int = 0, **own: Any
) -> dict[str, Any]:
    """The ``input`` of a generation that takes what another one made.

    hand_over(people, "image-instance-segmentation", "image-erase-completion", image_url=photo)       # they are erased
    hand_over(people, …, mask_url=drawn, image_url=photo)                          # they are kept, what is drawn goes
    hand_over(posters, poster, poster, at=1, **first, generate_mode="hrf")              # the second one, drawn finely

    Args:
        answer: the finished answer of the first, read or as it came.
        made_by: the first model.
        generate_model: the model to ask next.
        at: which of several results.
        own: the caller's own fields; a result fills the first of its fields that is not among them.

    Raises:
        KeyError: the one takes nothing of the other.
        NotPassed: the answer does not hold what is needed.
    """
    found = _read(made_by, answer)
    fields: dict[str, Any] = {}
    for output, takers in HANDOVERS[made_by, generate_model].items():
        taker = next((name for name in takers if name not in own), None)
        if taker is None:
            continue
        values = _every(found, output)
        if not values[at : at + 1]:
            reason = found.message or f"its answer gives no {output}" + (f" number {at + 1}" if at else "")
            raise NotPassed(generate_model, made_by, reason, found.code or None)
        fields[taker] = values[at]
    return {**fields, **own}


def _every(answer: Answer, output: str) -> list[Any]:
    """All that an answer holds of one output: its addresses, or its texts."""
    places = answer.values.get(BY_NAME, {})
    if output in places:
        return [answer.urls[place] for place in places[output]]
    values = answer.values.get(output)
    return list(values) if isinstance(values, list | tuple) else []


def _read(model: str, answer: Answer | Mapping[str, Any]) -> Answer:
    return answer if isinstance(answer, Answer) else read(model, answer)

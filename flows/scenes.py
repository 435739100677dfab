"""From scenes to requests: each becomes one multi-shot prompt, or several when it is longer than the model takes."""

from __future__ import annotations

from dataclasses import dataclass

from blocks import catalog
from blocks.catalog import Field, UnknownModel, fields_of
from flows.document import InvalidInput, Problem
from flows.kinds import no_model
from flows.storyboard import Language, Scene, Shot, Storyboard, Style, language_of

REPAINT_SECONDS = 5
"""wanx2.1-vace-plus uses the first 5 seconds of a video (models-extra.yaml wanx2.1-vace-plus.rules.video)."""


@dataclass(frozen=True)
class Cut:
    """What one request films: a scene, or a part of one.

    Attributes:
        number: from 1, in the order of the film.
        scene: index of the storyboard's scene it comes from.
        part: from 1 when the scene was split, else None.
        first_shot: index within the scene of its first shot.
    """

    number: int
    scene: int
    part: int | None
    title: str | None
    shots: tuple[Shot, ...]
    first_shot: int
    prompt: str
    model: str
    style: Style | None

    @property
    def seconds(self) -> int:
        """Its length."""
        return sum(shot.seconds for shot in self.shots)

    @property
    def name(self) -> str:
        """``scene 3``."""
        return f"scene {self.number}"


@dataclass(frozen=True)
class Reach:
    """How much one request of a model can film."""

    model: str
    longest: int
    shortest: int
    lengths: tuple[int, ...]
    max_chars: int | None
    many_shots: bool


def reach_of(model: str, style: Style | None) -> Reach:
    """How much one request of a model can film, so that it can be restyled afterwards.

    Raises:
        UnknownModel: there is no such model.
        InvalidInput: it makes no video from text or a frame.
    """
    row = catalog.find(model)
    fields = {path: field for request in row.requests for path, field in fields_of(request).items()}
    prompt, duration = fields.get("input.prompt"), fields.get("parameters.duration")
    if row.kind != "video" or prompt is None or duration is None:
        raise InvalidInput([Problem(("model",), f"{model} makes no film from words; take e.g. wan2.6-t2v")])
    lengths = _lengths(duration)
    if style is not None and style.prompt is not None:
        lengths = tuple(length for length in lengths if length <= REPAINT_SECONDS)
    if not lengths:
        raise InvalidInput(
            [Problem(("style",), f"video repainting takes {REPAINT_SECONDS} s, {model} makes no clip so short")]
        )
    return Reach(
        model=model,
        longest=max(lengths),
        shortest=min(lengths),
        lengths=lengths,
        max_chars=prompt.max_chars,
        many_shots="parameters.shot_type" in fields,
    )


def _both(one: Reach, other: Reach) -> Reach:
    """What either of two models can film: the first part of a scene may be one's work, the rest the other's."""
    if one == other:
        return one
    lengths = tuple(length for length in one.lengths if length in other.lengths)
    if not lengths:
        message = f"{other.model} cannot go on from {one.model}: they make clips of different lengths"
        raise InvalidInput([Problem(("image_model",), message)])
    limits = [limit for limit in (one.max_chars, other.max_chars) if limit is not None]
    return Reach(
        model=one.model,
        longest=max(lengths),
        shortest=min(lengths),
        lengths=lengths,
        max_chars=min(limits, default=None),
        many_shots=one.many_shots and other.many_shots,
    )


def _lengths(duration: Field) -> tuple[int, ...]:
    if duration.choices:
        return tuple(int(choice) for choice in duration.choices)
    if duration.minimum is not None and duration.maximum is not None:
        return tuple(range(int(duration.minimum), int(duration.maximum) + 1))
    return (int(duration.default),)


def cuts_of(storyboard: Storyboard) -> list[Cut]:
    """The film as requests, in order.

    Raises:
        InvalidInput: a shot is longer than its model can make, or a scene cannot be split to fit; with the place in
            the storyboard.
    """
    cuts: list[Cut] = []
    problems: list[Problem] = []
    for index, scene in enumerate(storyboard.scenes):
        try:
            cuts += _cuts_of_scene(storyboard, index, scene, len(cuts))
        except InvalidInput as error:
            problems += error.problems
    if problems:
        raise InvalidInput(problems)
    return cuts


def _cuts_of_scene(storyboard: Storyboard, index: int, scene: Scene, before: int) -> list[Cut]:
    style = scene.style or storyboard.style
    model = scene.model or storyboard.model
    goes_on = storyboard.image_model if storyboard.continuity == "last-frame" and scene.model is None else model
    try:
        reach = _both(reach_of(model, style), reach_of(goes_on, style))
    except UnknownModel as error:
        at = ("scenes", index, "model") if scene.model else ("model",)
        raise InvalidInput([Problem(at, no_model(error))]) from None
    look = storyboard.look if scene.look is None else scene.look
    said = " ".join([look, *(shot.prompt for shot in scene.shots)])
    language = scene.language or storyboard.language or language_of(said)
    groups = _split(scene, index, reach, look, language, storyboard.truncate, style)
    cuts: list[Cut] = []
    first = 0
    for part, shots in enumerate(groups, 1):
        cuts.append(
            Cut(
                number=before + part,
                scene=index,
                part=part if len(groups) > 1 else None,
                title=scene.title,
                shots=tuple(shots),
                first_shot=first,
                prompt=scene_prompt(look, shots, language),
                model=goes_on if before + part > 1 else model,
                style=style,
            )
        )
        first += len(shots)
    return cuts


def _split(
    scene: Scene, index: int, reach: Reach, look: str, language: Language, truncate: bool, style: Style | None
) -> list[list[Shot]]:
    """Shots in groups that one request each can film; borders fall between shots."""
    groups: list[list[Shot]] = []
    for number, shot in enumerate(scene.shots):
        at = ("scenes", index, "shots", number)
        if shot.seconds > reach.longest:
            raise InvalidInput([Problem((*at, "seconds"), _too_long(shot, reach, style))])
        group = [*(groups[-1] if groups else []), shot]
        if groups and _fits(group, reach, look, language, truncate):
            groups[-1] = group
            continue
        if not truncate and reach.max_chars is not None:
            length = len(scene_prompt(look, [shot], language))
            if length > reach.max_chars:
                raise InvalidInput([Problem((*at, "prompt"), _too_wordy(look, shot, length, reach))])
        groups.append([shot])
    return _balanced(groups, scene, index, reach)


def _fits(shots: list[Shot], reach: Reach, look: str, language: Language, truncate: bool) -> bool:
    if len(shots) > 1 and not reach.many_shots:
        return False
    if sum(shot.seconds for shot in shots) > reach.longest:
        return False
    return truncate or reach.max_chars is None or len(scene_prompt(look, shots, language)) <= reach.max_chars


def _balanced(groups: list[list[Shot]], scene: Scene, index: int, reach: Reach) -> list[list[Shot]]:
    """Groups that are too short for the model take shots from the group before; the rest is refused."""
    for this in range(len(groups) - 1, 0, -1):
        while _length(groups[this]) < reach.shortest and len(groups[this - 1]) > 1 and reach.many_shots:
            groups[this].insert(0, groups[this - 1].pop())
    for group in groups:
        if _length(group) not in reach.lengths:
            made = (
                f"{reach.shortest} to {reach.longest}"
                if len(reach.lengths) > 3
                else " or ".join(map(str, reach.lengths))
            )
            at: tuple[str | int, ...] = ("scenes", index)
            if not reach.many_shots:
                at = ("scenes", index, "shots", scene.shots.index(group[0]), "seconds")
            what = "these shots make" if len(group) > 1 else "this shot makes"
            message = f"{what} a clip of {_length(group)} s; {reach.model} makes {made} s a request"
            raise InvalidInput([Problem(at, message)])
    return groups


def _length(shots: list[Shot]) -> int:
    return sum(shot.seconds for shot in shots)


def _too_long(shot: Shot, reach: Reach, style: Style | None) -> str:
    because = " that video repainting can restyle" if style is not None and style.prompt is not None else ""
    return (
        f"a shot of {shot.seconds} s; {reach.model} makes at most {reach.longest} s{because}."
        " Shorten it or make two shots of it."
    )


def _too_wordy(look: str, shot: Shot, length: int, reach: Reach) -> str:
    room = (reach.max_chars or 0) - (length - len(shot.prompt))
    if room <= 0:
        return f"the look alone has {len(look)} characters; {reach.model} reads {reach.max_chars} a request"
    return (
        f"with the look this is {length} characters; {reach.model} reads {reach.max_chars}. It would be cut after "
        f"'…{shot.prompt[max(0, room - 24) : room]}'. Shorten it, or say `truncate: true`."
    )


def scene_prompt(look: str, shots: list[Shot] | tuple[Shot, ...], language: Language) -> str:
    """The prompt of one request: the look, then each shot with its number and time marks in the documented form.

    A single shot needs no mark. Form: vendor page lines 3866 and 3890 (models.yaml prompt_formulas.video.multi_shot).
    """
    look = look.strip()
    if len(shots) == 1:
        return _joined([look, shots[0].prompt], language, look=bool(look))
    parts = [look]
    start = 0
    for number, shot in enumerate(shots, 1):
        end = start + shot.seconds
        mark = f"第{number}个镜头[{start}-{end}秒]" if language == "zh" else f"Shot {number} [{start}-{end}s]"
        parts.append(f"{mark} {shot.prompt}")
        start = end
    return _joined(parts, language, look=bool(look))


def _joined(parts: list[str], language: Language, *, look: bool) -> str:
    stop = "。" if language == "zh" else "."
    ended = [part if part[-1] in '。.!?！？…；;”"' else part + stop for part in parts if part]
    if language == "zh" and look:
        return ended[0] + " ".join(ended[1:])
    return " ".join(ended)

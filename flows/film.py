"""The film: a storyboard becomes a pipeline. Scenes run side by side, each is restyled, then all are joined."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from blocks import catalog
from blocks.catalog import fields_of
from flows.document import InvalidInput, Location, Problem, validate
from flows.engine import PipelineRun
from flows.manifest import ManifestScene
from flows.pipeline import Param, Pipeline, Step
from flows.scenes import Cut, cuts_of
from flows.storyboard import Brief, Scene, Storyboard
from tasks.records import Generation

RESTYLE = "video-style-transform"
REPAINT = "wanx2.1-vace-plus"

_LONGEST_STORYBOARD = 8192
"""Tokens; every version of the model takes so many. Bounds the price, which a limit of costs needs."""

WRITER = """wanflow storyboard
You write storyboards for short films. Answer with one JSON object and nothing else:
{"title": str, "look": str, "scenes": [{"title": str, "shots": [{"prompt": str, "seconds": int}]}]}
The user says the brief, how many scenes, how many seconds in total, the language of every text, and the most shots a
scene may have. The seconds of all shots together make exactly the total; a shot has 2 to 6 seconds, a scene at most 15.
The look holds for the whole film: light, colour, lens, and how each character looks, so that they can be recognised.
"""


@dataclass(frozen=True)
class Film:
    """A compiled storyboard: the pipeline that makes it, and which scene each step films."""

    storyboard: Storyboard
    cuts: tuple[Cut, ...]
    pipeline: Pipeline


def compile_film(storyboard: Storyboard) -> Film:
    """The pipeline that makes a storyboard's film.

    Raises:
        InvalidInput: with the place in the storyboard of every problem.
    """
    cuts = tuple(cuts_of(storyboard))
    steps: dict[str, Step] = {}
    deliver: dict[str, str] = {}
    finals: list[str] = []
    for cut in cuts:
        steps[f"scene-{cut.number}"] = _scene_step(storyboard, cut)
        raw = f"${{scene-{cut.number}.video}}"
        deliver[f"scenes/{cut.number:02}-raw.mp4"] = raw
        styled = _style_steps(cut, steps)
        if styled:
            deliver[f"scenes/{cut.number:02}-styled.mp4"] = styled
        finals.append(styled or raw)
        if storyboard.continuity == "last-frame" and cut.number < len(cuts):
            name = f"frame-{cut.number}"
            steps[name] = Step(title=f"scene {cut.number}: its end", use="last_frame", input={"video": raw})
    steps["film"] = Step(title="film", use="concatenate", input={"videos": finals})
    film = "${film.video}"
    params: dict[str, Param] = {}
    if storyboard.music:
        params["music"] = Param(type="audio", description="Laid under the film.", default=storyboard.music)
        given = {"video": film, "audio": "${music}", "gain_db": storyboard.music_gain_db}
        steps["score"] = Step(title="score", use="mux", input=given)
        film = "${score.video}"
    deliver = {"film.mp4": film, **deliver}
    pipeline = Pipeline(
        pipeline="film",
        title=storyboard.title,
        description=storyboard.look,
        params=params,
        steps=steps,
        on_failure=storyboard.on_failure,
        deliver=deliver,
    )
    return Film(storyboard, cuts, pipeline)


def _scene_step(storyboard: Storyboard, cut: Cut) -> Step:
    scene = storyboard.scenes[cut.scene]
    known = _known_fields(cut.model)
    given: dict[str, Any] = {"prompt": cut.prompt}
    if cut.number > 1 and storyboard.continuity == "last-frame" and "input.img_url" in known:
        given["img_url"] = f"${{frame-{cut.number - 1}.image}}"
    given["negative_prompt"] = scene.negative_prompt or storyboard.negative_prompt
    given["audio_url"] = scene.audio_url
    size = scene.size or storyboard.size
    wanted: dict[str, Any] = {}
    if size:
        wanted |= {"size": size} if "parameters.size" in known else {"resolution": _tier(size)}
    if "parameters.duration" in known:
        wanted["duration"] = cut.seconds
    if len(cut.shots) > 1:
        wanted |= {"shot_type": "multi", "prompt_extend": True}
    wanted["seed"] = storyboard.seed if scene.seed is None else scene.seed
    wanted["watermark"] = storyboard.watermark
    return Step(
        title=cut.name,
        model=cut.model,
        input={name: value for name, value in given.items() if value is not None},
        parameters={name: value for name, value in wanted.items() if value is not None},
        take=scene.take,
        truncate=storyboard.truncate,
    )


def _known_fields(model: str) -> set[str]:
    return {path for request in catalog.find(model).requests for path in fields_of(request)}


def _tier(size: str) -> str:
    """The resolution tier of a size: models that follow a picture take ``720P`` instead of ``1280*720``."""
    width, _, height = size.partition("*")
    if not (width.isdigit() and height.isdigit()):
        return size
    pixels = int(width) * int(height)
    return min(
        {"480P": 832 * 480, "720P": 1280 * 720, "1080P": 1920 * 1080}.items(), key=lambda tier: abs(tier[1] - pixels)
    )[0]


def _style_steps(cut: Cut, steps: dict[str, Step]) -> str | None:
    """The steps that restyle a cut; gives the reference to the styled video."""
    if cut.style is None:
        return None
    raw = f"${{scene-{cut.number}.video}}"
    name = f"style-{cut.number}"
    title = f"{cut.name}: {cut.style.name if cut.style.preset is not None else 'repaint'}"
    if cut.style.preset is not None:
        parameters = {"style": cut.style.preset, **cut.style.parameters}
        steps[name] = Step(title=title, model=RESTYLE, input={"video_url": raw}, parameters=parameters)
        return f"${{{name}.video}}"
    steps[name] = Step(
        title=title,
        model=REPAINT,
        input={"function": "video_repainting", "prompt": cut.style.prompt, "video_url": raw},
        parameters={"control_condition": "posebodyface", "prompt_extend": False, **cut.style.parameters},
    )
    if not catalog.find(cut.model).sound:
        return f"${{{name}.video}}"
    # Repainted video is silent (models-extra.yaml wanx2.1-vace-plus.rules.audio): the scene's own sound goes back on.
    sound = f"sound-{cut.number}"
    given = {"video": f"${{{name}.video}}", "audio": raw, "gain_db": 0.0, "loop": False, "fade_seconds": 0.0}
    steps[sound] = Step(title=f"{cut.name}: sound", use="mux", input=given)
    return f"${{{sound}.video}}"


def in_storyboard(film: Film, error: InvalidInput) -> InvalidInput:
    """Problems of a film's pipeline as problems of its storyboard."""
    return InvalidInput([Problem(_storyboard_place(film, problem.at), problem.message) for problem in error.problems])


def _storyboard_place(film: Film, at: Location) -> Location:
    if at[:1] == ("params",):
        return at[1:2]
    if not at or at[0] != "steps" or len(at) < 2:
        return at
    kind, _, number = str(at[1]).partition("-")
    cut = film.cuts[int(number) - 1] if number.isdigit() and int(number) <= len(film.cuts) else None
    field_name = str(at[-1]) if len(at) > 2 else ""
    if kind in ("style", "sound"):
        return ("scenes", cut.scene, "style") if cut and film.storyboard.scenes[cut.scene].style else ("style",)
    if kind == "score":
        return ("music",)
    if cut is None:
        return at
    own = {"size", "model", "seed", "negative_prompt", "audio_url"}
    if field_name in own or field_name == "resolution":
        field_name = "size" if field_name == "resolution" else field_name
        scene = film.storyboard.scenes[cut.scene]
        return ("scenes", cut.scene, field_name) if getattr(scene, field_name) is not None else (field_name,)
    if field_name == "duration" and len(cut.shots) == 1:
        return ("scenes", cut.scene, "shots", cut.first_shot, "seconds")
    return ("scenes", cut.scene)


def describe_scenes(film: Film, run: PipelineRun, delivered: dict[str, str]) -> list[ManifestScene]:
    """The scenes for the review page: prompt, shots and clips side by side."""
    described = []
    for cut in film.cuts:
        names = [
            name for name in (f"scene-{cut.number}", f"style-{cut.number}", f"sound-{cut.number}") if name in run.steps
        ]
        failed = next((run.steps[name] for name in names if run.steps[name].state == "failed"), None)
        start = 0
        shots = []
        for shot in cut.shots:
            shots.append({"start": start, "end": start + shot.seconds, "prompt": shot.prompt})
            start += shot.seconds
        styled = next(
            (delivered[ref] for name in reversed(names[1:]) if (ref := f"${{{name}.video}}") in delivered), None
        )
        described.append(
            ManifestScene(
                number=cut.number,
                title=cut.title,
                prompt=cut.prompt,
                shots=shots,
                seconds=cut.seconds,
                model=cut.model,
                style=cut.style.name if cut.style else None,
                raw=delivered.get(f"${{scene-{cut.number}.video}}"),
                styled=styled,
                generations=[one.fingerprint for name in names for _, one in run.steps[name].generations],
                error=f"{failed.title}: {failed.reason}" if failed else None,
            )
        )
    return described


def writing_request(brief: Brief) -> catalog.Request:
    """The chat request that has a storyboard written from a brief."""
    formulas = "\n\n".join(str(formula) for formula in (catalog.prompts.ADVANCED, catalog.prompts.MULTI_SHOT))
    ask = {
        "brief": brief.text,
        "scenes": brief.scenes,
        "seconds": brief.seconds,
        "language": brief.language,
        "max_shots": max(1, min(5, brief.seconds // brief.scenes // 2)),
    }
    messages = [
        {"role": "system", "content": f"{WRITER}\n{formulas}"},
        {"role": "user", "content": json.dumps(ask, ensure_ascii=False)},
    ]
    return catalog.request(
        {
            "model": brief.model,
            "input": {"messages": messages},
            "parameters": {"response_format": {"type": "json_object"}, "max_tokens": _LONGEST_STORYBOARD},
        }
    )


def written(storyboard: Storyboard, answer: Generation) -> Storyboard:
    """The storyboard with the scenes that the chat model wrote.

    Raises:
        InvalidInput: the model's answer is no storyboard.
    """
    assert storyboard.brief is not None
    text = str(answer.values.get("text") or "").strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"{storyboard.brief.model} did not answer with JSON ({error.msg}): {text[:80]!r}"
        raise InvalidInput([Problem(("brief",), message)]) from None
    scenes = said.get("scenes") if isinstance(said, dict) else None
    if not isinstance(scenes, list) or not scenes:
        raise InvalidInput([Problem(("brief",), f"{storyboard.brief.model} wrote no scenes: {text[:80]!r}")])
    try:
        read = [validate(Scene, {key: scene[key] for key in ("title", "shots") if key in scene}) for scene in scenes]
    except InvalidInput as error:
        raise InvalidInput([Problem(("brief",), f"{storyboard.brief.model} wrote: {error}")]) from None
    look = storyboard.look or str(said.get("look") or "")
    return storyboard.model_copy(
        update={"brief": None, "scenes": read, "look": look, "language": storyboard.brief.language}
    )


def foreseen(storyboard: Storyboard) -> Storyboard:
    """A brief's storyboard as far as it can be known before it is written: so many scenes of so many seconds."""
    brief = storyboard.brief
    assert brief is not None
    # Numbered: no two scenes may pass for the same request, which would be priced once.
    scenes = [
        Scene.model_validate(
            {
                "shots": [
                    {"prompt": f"(scene {number}, to be written)", "seconds": part}
                    for part in _parts(length, -(-length // 4))
                ]
            }
        )
        for number, length in enumerate(_parts(brief.seconds, brief.scenes), 1)
    ]
    return storyboard.model_copy(update={"brief": None, "scenes": scenes})


def _parts(total: int, count: int) -> list[int]:
    """A whole number in as many nearly equal parts."""
    return [total // count + (number < total % count) for number in range(count)]


def storyboard_text(storyboard: Storyboard) -> str:
    """A storyboard as the YAML file that would be it."""
    said = storyboard.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110)

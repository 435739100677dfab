"""A storyboard from a brief, without a language model: the same brief always gives the same one.

It follows the dramatic shape of a short film (a place, a start, a turn, an answer, what remains) and says of each shot
its size, what is seen, the light and the camera, as the vendor's prompt formulas ask for.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from .storyboard_words import CHINESE, ENGLISH, LOOKS, NIGHT, Act

MARK = "wanflow storyboard"
"""The line in a system message that asks for a storyboard."""

LONGEST_SCENE, SHORTEST_SHOT, USUAL_SHOT = 15, 2, 3.5

_OPENINGS = {
    "en": r"^(?:please\s+)?(?:make|create|write|show)?\s*(?:me\s+)?(?:an?\s+)?(?:short\s+)?"
    r"(?:film|video|story|clip|teaser)\s+(?:about|of|on)\s+",
    "zh": r"^(?:请)?(?:制作|写|拍|做|来)?(?:一部|一个|一段|一支)?(?:关于|讲述|讲)",
}
_ENDINGS = {"en": r"$^", "zh": r"的(?:短片|影片|视频|故事|电影)$"}


class Asked(BaseModel):
    """What the user message of a storyboard call holds, as JSON."""

    brief: str = Field(min_length=1)
    scenes: int = Field(3, ge=1)
    seconds: int = Field(30, ge=SHORTEST_SHOT)
    language: Literal["zh", "en"] = "en"
    max_shots: int = Field(4, ge=1, description="Shots in a scene at most.")


def is_storyboard_call(messages: list[dict[str, Any]]) -> bool:
    """Whether a chat asks for a storyboard: its system message says so and its last message is JSON."""
    marked = any(MARK in str(message.get("content")) for message in messages if message.get("role") == "system")
    return marked and asked_in(messages) is not None


def asked_in(messages: list[dict[str, Any]]) -> Asked | None:
    """The task in the last user message; None when it holds none."""
    for message in reversed(messages):
        if message.get("role") == "user":
            try:
                return Asked.model_validate(json.loads(str(message.get("content"))))
            except (ValueError, ValidationError):
                return None
    return None


def write_storyboard(asked: Asked) -> dict[str, Any]:
    """Writes the storyboard.

    Args:
        asked: The brief and the frame. More seconds than the scenes can hold give more scenes.

    Returns:
        `{"title", "look", "scenes": [{"title", "shots": [{"prompt", "seconds"}]}]}`; the look begins with what the
        film is about, as it is said before every scene; the seconds of all shots add up
        to what was asked, no scene is longer than 15 and no shot shorter than 2 (but for one of a film that short).
    """
    chance = random.Random(hashlib.sha256(f"{asked.language}\n{asked.brief}".encode()).hexdigest())
    acts = CHINESE if asked.language == "zh" else ENGLISH
    subject = subject_of(asked.brief, asked.language)
    scenes = []
    lengths = scene_lengths(asked.seconds, asked.scenes)
    for number, seconds in enumerate(lengths):
        act = acts[_act(number, len(lengths), len(acts))]
        repeat = number - next(at for at in range(number + 1) if _act(at, len(lengths), len(acts)) == acts.index(act))
        scenes.append(_scene(act, repeat, seconds, subject, asked, chance))
    end = "。" if asked.language == "zh" else ". "
    look = f"{subject[:1].upper()}{subject[1:]}{end}{chance.choice(LOOKS[asked.language])}"
    return {"title": _title(asked, subject), "look": look, "scenes": scenes}


def subject_of(brief: str, language: str) -> str:
    """What a brief is about, short enough to stand inside a sentence."""
    text = " ".join(brief.split())
    text = re.sub(_OPENINGS[language], "", text, flags=re.IGNORECASE)
    text = re.split(r"[。！？!?；;\n]|\.(?:\s|$)", text, maxsplit=1)[0].strip(" ,，、:：.。")
    text = re.sub(_ENDINGS[language], "", text)
    longest = 28 if language == "zh" else 90
    if len(text) > longest:
        parts = re.split(r"[，,、]", text)
        text = parts[0] if 4 <= len(parts[0]) <= longest else text[:longest]
        if language == "en" and len(text) == longest:
            text = text.rpartition(" ")[0]
    if language == "en" and re.match(r"(?:A|An|The|One|Two|Three|In|On|At|Our|My|This)\b", text):
        text = text[0].lower() + text[1:]
    return text or ("画面主角" if language == "zh" else "the hero of the story")


def again_of(subject: str, language: str) -> str:
    """The same subject, mentioned again: without its clauses, and known by now."""
    if language == "zh":
        head = re.split(r"[，,、]", subject)[0]
        return re.sub(r"^[一两三几][位个只名艘座条匹头朵棵辆支群对]", "", head) or head
    head = re.split(r"[,;:–—]| (?=(?:who|that|which|with|while|where|when|as|and)\b)", subject)[0].strip()
    return re.sub(r"^(?:an?)\s+", "the ", head) if len(head) > 3 else subject


def scene_lengths(seconds: int, scenes: int) -> list[int]:
    """Whole seconds for each scene, nearly equal, none above 15; fewer or more scenes when the time asks for it."""
    count = max(-(-seconds // LONGEST_SCENE), min(scenes, seconds // SHORTEST_SHOT), 1)
    return [seconds // count + (number < seconds % count) for number in range(count)]


def shot_lengths(seconds: int, most: int) -> list[int]:
    """Whole seconds for each shot of a scene, the first ones longer, none below 2."""
    count = max(1, min(most, seconds // SHORTEST_SHOT, round(seconds / USUAL_SHOT)))
    return [seconds // count + (number < seconds % count) for number in range(count)]


def _act(number: int, scenes: int, acts: int) -> int:
    """Which act a scene belongs to: the first and the last always have their own."""
    if scenes == 1:
        return acts - 2
    return round(number * (acts - 1) / (scenes - 1))


def _scene(act: Act, repeat: int, seconds: int, subject: str, asked: Asked, chance: random.Random) -> dict[str, Any]:
    lengths = shot_lengths(seconds, asked.max_shots)
    first = chance.randrange(len(act.titles))
    title = act.titles[(first + repeat) % len(act.titles)]
    dark = any(word in asked.brief.lower() for word in NIGHT[asked.language])
    lights = act.nights if dark else act.lights
    light = lights[(first + repeat) % len(lights)]
    between, inside = ("，", "：") if asked.language == "zh" else (", ", ": ")
    end = "。" if asked.language == "zh" else "."
    again = again_of(subject, asked.language)
    shots = []
    for number, length in enumerate(lengths):
        take = act.takes[(number + repeat) % len(act.takes)]
        parts = [take.picture.replace("{subject}", again), *([light] if number % 2 == 0 else []), take.camera]
        shots.append({"prompt": f"{take.size}{inside}{between.join(parts)}{end}", "seconds": length})
    return {"title": title, "shots": shots}


def _title(asked: Asked, subject: str) -> str:
    if asked.language == "zh":
        return again_of(subject, "zh")[:16]
    text = " ".join(again_of(subject, "en").split()[:7])
    return text[:1].upper() + text[1:]

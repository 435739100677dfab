"""The vendor's prompt formulas in our words, as data: what a chat model is told before it writes a prompt.

Facts: models.yaml prompt_formulas; models-extra.yaml prompt_formulas.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Formula:
    """How a good prompt is put together.

    Attributes:
        name: its name.
        formula: the parts in their order.
        advice: what to say in each part.
        models: the series it is meant for; empty: all.
        example: a prompt of that form.
    """

    name: str
    formula: str
    advice: tuple[str, ...]
    models: tuple[str, ...] = ()
    example: str = ""

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.formula}.", *(f"- {line}" for line in self.advice)]
        return "\n".join([*lines, f"Example: {self.example}"] if self.example else lines)


BASIC = Formula(
    "basic",
    "subject + scene + motion",
    (
        "Subject: the person, animal, plant, thing or imagined being the picture is about.",
        "Scene: where it is, foreground and background, real or imagined.",
        "Motion: what the subject and everything else does: still, slight or large, in part or as a whole.",
    ),
    example="A white heron stands in a misty rice field at dawn and slowly opens its wings.",
)
ADVANCED = Formula(
    "advanced",
    "subject with looks + scene with details + motion with its manner + camera and light + style",
    (
        "Motion: how far, how fast, and what it does to its surroundings.",
        "Camera and light: light source and quality, time of day, shot size, framing, lens, angle, camera move.",
        "Style: a named look, such as ink painting, felt animation, cyberpunk, documentary.",
    ),
    example=(
        "An old ferryman in a straw cape poles his boat through reeds, ripples spreading wide; low side light before "
        "sunset, long shot from water level, the camera glides along; muted film colours."
    ),
)
MULTI_SHOT = Formula(
    "multi-shot",
    "overall description + shot number + time range + what happens in the shot",
    (
        "Begin with one line on the story, the mood and what stays the same in every shot.",
        "Then each shot: its number, its seconds in brackets, its shot size, what is seen.",
        "Time ranges follow each other without a gap and end with the length of the video.",
        "Say who it is again in each shot, with the same looks and clothes.",
    ),
    models=("wan2.6",),
    example=(
        "A quiet story of a lighthouse in a storm. Shot 1 [0-4s] Long shot: waves break over the rock. "
        "Shot 2 [4-8s] Close-up: the keeper in a yellow oilskin trims the lamp."
    ),
)
IMAGE_TO_VIDEO = Formula(
    "image to video",
    "motion + camera move",
    (
        "The picture already fixes subject, scene and style: do not describe them again.",
        "Say how fast and how strong the motion is.",
        'Name the camera move, or say "fixed shot" when nothing should move.',
    ),
    example="The flag flutters harder and harder in the wind; the camera pulls back slowly.",
)
SOUND = Formula(
    "sound",
    "subject + scene + motion + sound (voice, effects, music)",
    (
        "Voice: the spoken words in quotes, with feeling, tone, speed, timbre and accent.",
        "Effects: what sounds and of what it is made, what it does, the room around it.",
        "Music: that there is music in the background, and of which kind.",
    ),
    models=("wan2.5", "wan2.6"),
    example='The baker sets down the tray with a dull clank and says warmly: "Still hot." Soft accordion music.',
)

FORMULAS: dict[str, Formula] = {
    formula.name.replace(" ", "_").replace("-", "_"): formula
    for formula in (BASIC, ADVANCED, MULTI_SHOT, IMAGE_TO_VIDEO, SOUND)
}
"""Every formula by name: basic, advanced, multi_shot, image_to_video, sound."""

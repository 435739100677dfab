"""What the checks of a picture have in common: one call, an answer at once, the same price whatever it says."""

from __future__ import annotations

from functools import partial

from blocks.catalog.model import Limits, Model, OutputType, per_picture

check = partial(
    Model,
    endpoint="services/aigc/image2video/face-detect",
    mode="sync",
    kind="check",
    billing=per_picture({"beijing": "0.004"}, free_quota=200),
    limits=Limits(5),
    typical_seconds=(1.0, 10.0),
)
"""A row of the family of checks; it is billed also when the picture does not pass."""

VERDICT: dict[str, OutputType] = {"passed": "boolean", "reason": "text"}
"""What every check gives; a reason only when it says no."""

NOT_SAID = "The pages do not say whether a picture that does not pass is billed; we take it that it is, as for s2v."
IN_A_MOMENT = "How long a check takes is not documented; it answers within the call."
UPLOADS = "The pages offer a temporary upload without naming its scheme; oss:// is taken, as for the Wan models."

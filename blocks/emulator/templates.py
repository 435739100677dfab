"""Motion templates: made by one task, named by later ones of the same account."""

from __future__ import annotations

from pathlib import Path

from blocks import catalog

from .refusal import invalid
from .service import Service
from .task import Task

_FILE = "template"


def id_of(task: Task) -> str:
    """The id of the template a task makes."""
    return f"AACT.{task.account[:6]}.{task.task_id}"


def field_of(request: catalog.Request) -> str | None:
    """The template a request names, None when its model takes none."""
    pairing = catalog.PAIRINGS.get(request.model)
    if pairing is None or pairing.template is None:
        return None
    named = getattr(request.input, "template_id", None)
    return named if isinstance(named, str) else None


def check_template(request: catalog.Request, account: str, service: Service) -> None:
    """Holds a request to templates of its own account.

    Raises:
        Refusal: It names one that does not exist, or is another account's.
    """
    if field_of(request) is not None and maker_of(request, account, service) is None:
        raise invalid("template_id does not exist or belongs to another account: input.template_id")


def maker_of(request: catalog.Request, account: str, service: Service) -> Task | None:
    """The finished task that made the template a request names; None when it names none, or none of its account."""
    named = field_of(request)
    task = service.store.task(named.rpartition(".")[2]) if named is not None else None
    made = task is not None and task.outcome is not None and task.outcome.values.get("template_id") == named
    return task if made and task is not None and task.account == account else None


def file_of(task: Task, service: Service) -> Path | None:
    """The video a template was made of; None when nothing was kept."""
    folder = service.results / task.task_id
    return next(iter(sorted(folder.glob(f"{_FILE}.*"))), None)


def keep(task: Task, video: Path, service: Service) -> None:
    """Keeps the video of a template for the tasks that will name it; no link leads to it."""
    folder = service.results / task.task_id
    folder.mkdir(exist_ok=True)
    (folder / f"{_FILE}.{video.suffix.lstrip('.') or 'mp4'}").write_bytes(video.read_bytes())

"""What wanflow wants of Prefect when the user did not say otherwise; call `apply_defaults` before Prefect is imported.

Prefect reads its settings once, at import. `pyproject.toml` says the same for ``prefect …`` typed in this folder.
"""

from __future__ import annotations

import logging
import os
import tomllib
from collections.abc import MutableMapping
from pathlib import Path
from types import MappingProxyType

DEFAULTS = MappingProxyType(
    {
        # Both try to reach the internet, the second from the client.
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # A temporary server needs 10 to 25 s on a small machine, its first time; Prefect gives up after 20 s.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        # SQLite has one writer: a hundred tasks that end together wait for each other longer than Prefect's 5 and 10 s.
        "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "60",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
        # By itself the server writes each state of each task run in a transaction of its own. Only whole seconds count:
        # less than one is cut to none, and the server looks for something to write without a rest, a whole core of it.
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        # What our loggers say inside a run is kept with the run; outside of one it only goes to the terminal.
        "PREFECT_LOGGING_EXTRA_LOGGERS": "wanflow",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        # Results are read by other machines and other versions: never pickle.
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    }
)


def apply_defaults(environment: MutableMapping[str, str] | None = None) -> None:
    """Set what neither the environment nor the user's active Prefect profile sets.

    Args:
        environment: where to set it; ``os.environ``, which child processes inherit, when absent.
    """
    environment = os.environ if environment is None else environment
    chosen = _profile(environment)
    for name, value in DEFAULTS.items():
        if name not in environment and name not in chosen:
            environment[name] = value
    _let_loggers_speak(environment)


def _let_loggers_speak(environment: MutableMapping[str, str]) -> None:
    """Give our loggers the level of Prefect's own: it hands them its handlers only, so that they keep the root's, at
    which nothing below a warning reaches the log of a run."""
    ours = logging.getLogger("wanflow")
    level = logging.getLevelNamesMapping().get(environment.get("PREFECT_LOGGING_LEVEL", "INFO").upper())
    if ours.level == logging.NOTSET and level is not None:
        ours.setLevel(level)


def _profile(environment: MutableMapping[str, str]) -> frozenset[str]:
    """Names set by the active profile; an environment variable of ours would silently overrule them."""
    home = Path(environment.get("PREFECT_HOME", "~/.prefect")).expanduser()
    path = Path(environment.get("PREFECT_PROFILES_PATH", home / "profiles.toml")).expanduser()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return frozenset()
    active = environment.get("PREFECT_PROFILE", document.get("active"))
    profile = document.get("profiles", {}).get(active, {})
    return frozenset(profile) if isinstance(profile, dict) else frozenset()

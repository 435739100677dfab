"""A DashScope that runs in-process or alone: for previews without a key, for tests and benchmarks."""

from __future__ import annotations

from .app import create_app
from .scenario import Rule, Scenario, load_scenario
from .server import Emulator, serve
from .task import Task, hash_of

__all__ = ["Emulator", "Rule", "Scenario", "Task", "create_app", "hash_of", "load_scenario", "serve"]

"""Whole productions: what a pipeline is, the one engine that runs it, and the command line."""

from flows.settings import apply_defaults

# Prefect reads its settings at its first import, and every way into the project comes through here.
apply_defaults()

"""One step of work each: Prefect tasks over plain functions."""

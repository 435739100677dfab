"""Whole productions: what a pipeline is, the one engine that runs it, and the command line."""

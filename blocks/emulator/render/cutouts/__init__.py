"""Cutting out: which part of a picture is the person, and what may lie behind."""

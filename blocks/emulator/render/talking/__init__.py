"""Portraits and films that talk: where the face is, and how it follows a voice."""

"""Motion carried from a video to the person of a picture."""

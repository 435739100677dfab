"""Reading and writing films: frames at a rate and size, and their sound."""

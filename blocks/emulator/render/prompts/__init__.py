"""Reading prompts: which shots they ask for, and of each the place, hour, weather, subject and camera move."""

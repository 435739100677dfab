"""The drawing table: planes, layers, colours, weather and writing, for whatever is drawn or shown."""

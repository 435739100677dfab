"""Given videos worked over: restyled, edited inside an area, widened, gone on with."""

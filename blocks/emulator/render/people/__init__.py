"""People and animals: whole, in silhouette, and their faces from close by."""

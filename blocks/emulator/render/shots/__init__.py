"""Films drawn from words, shot by shot."""

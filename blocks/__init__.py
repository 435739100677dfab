"""What a pipeline connects to: the catalog, the wire, the storage, media files, and the emulator."""

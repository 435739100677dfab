"""Where media lives: any fsspec URL, written so that a file appears only when it is complete."""

from blocks.storage.block import MediaStorage
from blocks.storage.paths import StorageUnusable

__all__ = ["MediaStorage", "StorageUnusable"]

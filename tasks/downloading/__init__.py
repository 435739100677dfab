"""Fetching a result: streamed, resumed, checked, and in storage under its name only when it is whole.

fetching     the whole way from a URL to an asset
transfer     every byte of a URL into a growing file: redirects, resuming, bounds, patience
partial      the growing file, which a later process can go on with
looking      files behind web addresses, probed before they are paid for
addresses    which hosts are fetched from
"""

from tasks.downloading.fetching import MAX_BYTES, fetch
from tasks.downloading.looking import WebFiles
from tasks.downloading.transfer import Backoff, DownloadFailed

__all__ = ["MAX_BYTES", "Backoff", "DownloadFailed", "WebFiles", "fetch"]

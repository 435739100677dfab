"""Looking at files behind web addresses before they are paid for: fetched within bounds, probed, thrown away."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from blocks.client.redacting import guard_logs
from blocks.media import MediaInfo, probe
from tasks.downloading.addresses import AddressRefused, checked
from tasks.downloading.fetching import MAX_BYTES
from tasks.downloading.partial import Partial
from tasks.downloading.transfer import Backoff, DownloadFailed, settled, transfer

_PATIENCE = Backoff(attempts=3, first_seconds=0.5, longest_seconds=4)
_DEADLINE_SECONDS = 600.0


class WebFiles:
    """What lies behind web addresses, each fetched once.

    Args:
        base_url: of the service that will read them; only one on a private address reads private hosts.
    """

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._looks: dict[str, asyncio.Task[MediaInfo]] = {}

    async def look(self, url: str, *, max_bytes: int | None = None) -> MediaInfo:
        """What a file is, by its content.

        Args:
            max_bytes: no larger file is fetched.

        Raises:
            DownloadFailed: it cannot be had, or is larger.
            MediaError: it is no media file.
        """
        if url not in self._looks:
            self._looks[url] = asyncio.create_task(self._fetched(url, max_bytes or MAX_BYTES))
        return await asyncio.shield(self._looks[url])

    async def _fetched(self, url: str, max_bytes: int) -> MediaInfo:
        guard_logs()
        with tempfile.TemporaryDirectory(prefix="wanflow-") as folder:
            try:
                source = str(checked(url).copy_with(query=None, fragment=None))
                with await settled(Partial, Path(folder) / "part", source) as part:
                    async with asyncio.timeout(_DEADLINE_SECONDS):
                        await transfer(url, part, self._base_url, max_bytes, _PATIENCE)
                    return await asyncio.to_thread(probe, part.path)
            except AddressRefused as error:
                raise DownloadFailed(url, str(error)) from None
            except TimeoutError:
                raise DownloadFailed(url, f"not finished within {_DEADLINE_SECONDS:.0f} s") from None

    async def aclose(self) -> None:
        """Gives up what is still being fetched."""
        for look in self._looks.values():
            look.cancel()
        await asyncio.gather(*self._looks.values(), return_exceptions=True)

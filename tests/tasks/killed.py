"""A process of its own that generates, and kills itself where it is told to. Run with the place as its argument."""

import asyncio
import os
import signal
import sys
from typing import Any

from flows.settings import apply_defaults

apply_defaults()

from blocks import catalog  # noqa: E402  Prefect's settings come first
from blocks.client import Client  # noqa: E402
from tasks import journal, stages  # noqa: E402
from tasks.generation import generate  # noqa: E402
from tasks.session import open_session  # noqa: E402
from tasks.watching import Watcher  # noqa: E402


def kill(*_: Any, **__: Any) -> Any:
    """End as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


PLACES: dict[str, tuple[Any, str]] = {
    "before the answer is journalled": (journal, "complete"),
    "while polling": (Watcher, "wait"),
    "before the download": (stages, "fetch"),
}


async def main(place: str) -> None:
    """Generate one request."""
    if place == "during the POST":
        submit = Client.submit

        async def and_die(client: Client, request: Any, **options: Any) -> Any:
            asyncio.get_running_loop().call_later(0.5, kill)
            return await submit(client, request, **options)

        Client.submit = and_die  # type: ignore[method-assign]
    elif place:
        setattr(*PLACES[place], kill)
    request = catalog.request({"model": "wan2.6-t2v", "input": {"prompt": "a lighthouse at dusk"}, "parameters": {}})
    async with open_session() as session:
        await session.save_results_block()
        made = await generate(request)
    print(made.model_dump_json())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

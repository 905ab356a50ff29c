"""What is slow on purpose. Argon2 takes 19 MiB and a core each time: two at once, off the event loop.

Never inside a write transaction, where everybody else would wait for it.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


async def slowly(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`work(*args, **kwargs)` in a thread, after those who came before."""
    return await asyncio.wrap_future(_workers.submit(work, *args, **kwargs))

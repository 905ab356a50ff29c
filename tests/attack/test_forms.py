"""The report form without its pages: steps skipped, drafts forged or taken along, odd text sent past the browser."""

import time
from typing import Any

import pytest

from tests.attack.conftest import (
    ANSWERS,
    FORM_DATA_ENTRIES_KEY,
    MARK,
    Open,
    Server,
    Tab,
    answer,
    deltas,
    orders,
    posted,
    proof,
    reach,
    state,
)
from wbs_app.text import fill, text
from wbs_app.vault.codes import new_ticket
from wbs_app.vault.tabs import open_from_tab, seal_for_tab

REPORTS, DRAFTS, RECEIPTS, TRACK = (
    state(*names)
    for names in (
        ("report", "report_state"),
        ("draft", "draft_state"),
        ("receipt", "receipt_state"),
        ("track", "track_state"),
    )
)
DRAFT = f"{DRAFTS}.draft_rx_state_"
TRUE = {"truth": "on"}


def receipt(tab: Tab) -> dict[str, str]:
    """What this tab was last told of its receipt."""
    return deltas(tab.frames).get(RECEIPTS, {}).get("received_rx_state_", {})


def draft(tab: Tab) -> str:
    return deltas(tab.frames)[DRAFTS]["draft_rx_state_"]


def errors(frames: list[str]) -> dict[str, str]:
    return deltas(frames).get(REPORTS, {}).get("errors_rx_state_", {})


def led_to(frames: list[str]) -> list[str]:
    """Where to, without what the page is to say about it."""
    return [told["path"].partition("?")[0] for name, told in orders(frames) if name == "_redirect"]


async def send(tab: Tab, answers: dict[str, str], handler: str = "send") -> list[str]:
    await tab.fire(f"{REPORTS}.{handler}", {"form": posted(answers | {"altcha": await proof(tab.server)})})
    return await tab.settled()


async def enter(tab: Tab, slug: str) -> list[str]:
    await tab.fire(f"{REPORTS}.enter", {"slug": slug})
    return await tab.settled()


# --- the whole way, and its shortcuts --------------------------------------------------------------------------------


async def test_the_whole_way_without_a_browser(tab: Open, quiet: None) -> None:
    """Else the refusals below would prove nothing. What is shown comes back to this tab alone."""
    writer, other = await tab(), await tab()
    await reach(writer, "ringkasan")
    await send(writer, TRUE)
    given = receipt(writer)
    assert given["ticket"].startswith("BALI-") and len(given["pin"]) == 19
    await other.settled()
    assert MARK not in "".join(other.frames) and given["ticket"] not in "".join(other.frames)


async def test_sent_ten_times_it_is_one_report(tab: Open, quiet: None) -> None:
    writer = await tab()
    await reach(writer, "ringkasan")
    solved = await proof(writer.server)
    for _ in range(10):
        await writer.fire(f"{REPORTS}.send", {"form": posted(TRUE | {"altcha": solved})})
    await writer.settled()
    tickets = {told["ticket"] for told in receipts_in(writer.frames)}
    assert len(tickets) == 1


def receipts_in(frames: list[str]) -> list[dict[str, str]]:
    found = [deltas([frame]).get(RECEIPTS, {}).get("received_rx_state_", {}) for frame in frames]
    return [told for told in found if told]


async def test_nothing_is_sent_without_a_draft(tab: Open, quiet: None) -> None:
    writer = await tab()
    frames = await send(writer, TRUE, "send")
    assert led_to(frames) == ["/lapor/biodata"] and not receipt(writer)


@pytest.mark.parametrize(("agency", "sent"), [("ntt", True), ("bali", False)])
async def test_a_complaint_whose_draft_is_gone_is_sent_all_the_same(
    agency: str, sent: bool, tab: Open, quiet: None
) -> None:
    """After half a day, or with the cookie gone: its one page brings all answers, and nobody types them again."""
    complaint = {"kind": "simpeg", "complaint": f"{MARK} lama sekali"}
    writer = await tab(stored={f"{DRAFTS}.draft_rx_state_": "what no longer opens"}, query=None)
    await writer.fire(f"{state('portal', 'portal_state')}.choose", {"agency": agency})
    frames = await send(writer, complaint, "send_service")
    assert led_to(frames) == []
    assert bool(receipt(writer)) is sent
    assert sent or "kind" in errors(frames), "Bali has no such form"


@pytest.mark.parametrize("skipped", ["kejadian", "lokasi-waktu", "ringkasan"])
async def test_a_page_before_its_turn_leads_to_the_first_open_one(skipped: str, tab: Open, quiet: None) -> None:
    writer = await tab()
    await answer(writer, "biodata")
    frames = await enter(writer, skipped)
    assert led_to(frames) == ([] if skipped == "kejadian" else ["/lapor/kejadian"])


async def test_all_steps_are_checked_again_when_it_is_sent(tab: Open, quiet: None) -> None:
    """Kembali keeps a page unchecked: so one could leave gaps and then go on by the address."""
    writer = await tab()
    await reach(writer, "ringkasan")
    await answer(writer, "kejadian", {"go": "back", "description": "x"})
    assert led_to(await send(writer, TRUE)) == ["/lapor/kejadian"]
    await answer(writer, "kejadian")
    frames = await send(writer, {})
    assert list(errors(frames)) == ["truth"] and not receipt(writer)
    frames = await send(writer, TRUE | {"description": "", "violation": "none"})
    assert receipt(writer), "answers of other pages are none of this one"


@pytest.mark.parametrize("slug", ["ringkasan", "layanan", "", "BIODATA", "../biodata", MARK, "biodata\0"])
async def test_answers_to_pages_that_take_none(slug: str, tab: Open, quiet: None) -> None:
    writer = await tab()
    frames = await answer(writer, slug, {"name": MARK, **TRUE})
    assert not draft(writer) and not orders(frames)


async def test_a_draft_of_one_kind_is_not_sent_as_another(tab: Open, quiet: None) -> None:
    writer = await tab()
    await reach(writer, "ringkasan")
    frames = await send(writer, {"kind": "simpeg", "complaint": f"{MARK} lama sekali"}, "send_service")
    assert led_to(frames) == ["/lapor/biodata"] and not receipt(writer)


async def test_the_choosers_cards_are_the_agencys(tab: Open, quiet: None) -> None:
    for chosen in ({"card": MARK}, {"agency": MARK, "card": "wbs"}, {"agency": "bali", "card": "layanan"}, {}):
        writer = await tab()
        await writer.fire(f"{REPORTS}.choose", {"form": posted(chosen)})
        frames = await writer.settled()
        assert not led_to(frames) and not draft(writer)


# --- drafts ----------------------------------------------------------------------------------------------------------


async def test_a_draft_opens_in_its_own_browser_only(server: Server, tab: Open, quiet: None) -> None:
    writer = await tab()
    await reach(writer, "lokasi-waktu")
    same = await tab(device=writer.device, stored={DRAFT: draft(writer)})
    assert deltas(same.frames)[DRAFTS]["given_rx_state_"]["reported_0_name"] == f"{MARK} Tensu"
    thief = await tab(stored={DRAFT: draft(writer)})
    assert deltas(thief.frames)[DRAFTS]["given_rx_state_"] == {}
    await enter(thief, "lokasi-waktu")
    await send(thief, TRUE)
    assert MARK not in "".join(thief.frames) and not receipt(thief)


def forgeries(server: Server, writer: Tab) -> dict[str, str]:
    real, device = draft(writer), str(writer.device)
    opened = open_from_tab(server.secret, device, "draft", real, time.time())
    assert isinstance(opened, dict)

    def sealed(key: bytes = server.secret, device: str = device, purpose: str = "draft", ttl: int = 60) -> str:
        return seal_for_tab(key, device, purpose, opened, ttl, time.time())

    middle = len(real) // 2
    return {
        "expired": sealed(ttl=-1),
        "of another server": sealed(key=b"x" * 32),
        "of another browser": sealed(device="cd" * 18),
        "a receipt": sealed(purpose="receipt"),
        "a pass": sealed(purpose="pass"),
        "changed": real[:middle] + ("A" if real[middle] != "A" else "B") + real[middle + 1 :],
        "cut": real[:-8],
        "longer": real + real,
        "odd": f"{MARK}\0\ud800 =-_",
        "endless": "A" * 400_000,
        "a space more": f" {real}",
    }


async def test_forged_drafts_open_nothing(server: Server, tab: Open, quiet: None) -> None:
    writer = await tab()
    await reach(writer, "ringkasan")
    for name, forged in forgeries(server, writer).items():
        other = await tab(device=writer.device, stored={DRAFT: forged})
        assert deltas(other.frames)[DRAFTS]["given_rx_state_"] == {}, name
        assert led_to(await send(other, TRUE)) == ["/lapor/biodata"], name
        assert not receipt(other), name


async def test_seals_do_not_open_for_another_purpose(tab: Open, quiet: None) -> None:
    """A draft as a receipt or a pass, a receipt as a draft."""
    writer = await tab()
    await reach(writer, "ringkasan")
    sealed = draft(writer)
    await send(writer, TRUE)
    kept = deltas(writer.frames)[RECEIPTS]["receipt_rx_state_"]
    mixed = {DRAFT: kept, f"{RECEIPTS}.receipt_rx_state_": sealed, f"{TRACK}.held_rx_state_": kept}
    other = await tab(device=writer.device, stored=mixed)
    await other.fire(f"{TRACK}.load")
    frames = await other.settled()
    assert led_to(frames) == ["/lacak"]
    assert receipt(other) == {} and deltas(other.frames)[DRAFTS]["given_rx_state_"] == {}


# --- what a browser would not send -----------------------------------------------------------------------------------

ODD = [
    "\0",
    "\ud800",
    "\u202e",
    "\x1b[2J",
    "a\u0301" * 9,
    "e" + "\u0301\u0315" * 60_000,
    "x" * 150_000,
    "🕵️",
    "<script>",
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_odd_text_is_told_and_the_rest_is_kept(odd: str, tab: Open, quiet: None) -> None:
    """On every page at once; the tab lives on, and a correction is taken."""
    writer = await tab()
    await answer(writer, "biodata", {"name": odd, "phone": odd, "include_email": "on", "email": odd})
    frames = await answer(writer, "biodata", {"name": odd, "go": "back"})
    await answer(writer, "biodata")
    frames = await answer(writer, "kejadian", {**ANSWERS["kejadian"], "description": odd, "reported_3_name": odd})
    assert errors(frames) and "violation" not in errors(frames)
    await answer(writer, "kejadian", {**ANSWERS["kejadian"], "description": odd, "go": "back"})
    assert led_to(await answer(writer, "kejadian")) == ["/lapor/lokasi-waktu"]
    frames = await answer(writer, "lokasi-waktu", dict.fromkeys(("province", "regency", "date", "clock", "link"), odd))
    assert {"province", "form"} & errors(frames).keys()


async def test_more_text_than_a_page_can_hold(tab: Open, quiet: None) -> None:
    writer = await tab()
    frames = await answer(writer, "biodata", {"name": "x" * 200_001})
    assert list(errors(frames)) == ["form"]


@pytest.mark.parametrize(
    "entries",
    [
        [["name", "a"], ["name", MARK]],
        [["name", True]],
        [[True, "x"]],
        [["__class__", MARK], ["_opened", MARK], ["self", MARK]],
        [[f"field{number}", MARK] for number in range(5000)],
        [],
    ],
    ids=["twice", "a truth", "a truth for a name", "privates", "many", "none"],
)
async def test_odd_fields(entries: list[Any], tab: Open, quiet: None) -> None:
    writer = await tab()
    await writer.fire(f"{REPORTS}.answer", {"slug": "biodata", "form": {FORM_DATA_ENTRIES_KEY: entries}})
    assert led_to(await writer.settled()) == ["/lapor/kejadian"]


# --- the way back ----------------------------------------------------------------------------------------------------


async def open_report(tab: Tab, ticket: str, pin: str) -> list[str]:
    await tab.fire(f"{TRACK}.open", {"form": posted({"ticket": ticket, "pin": pin, "altcha": await proof(tab.server)})})
    return await tab.settled()


async def test_wrong_codes_say_the_same_and_show_nothing(tab: Open, quiet: None) -> None:
    writer, stranger = await tab(), await tab()
    await reach(writer, "ringkasan")
    await send(writer, TRUE)
    ticket, pin = receipt(writer)["ticket"], receipt(writer)["pin"]
    wrong = text("track.wrong", "id")
    misspelt = fill(text("error.ticket", "id"), example="BALI\u20117K3M\u20119QXT")
    tries = [
        (ticket, "0000 0000 0000 0000", wrong),
        (new_ticket("BALI"), pin, wrong),
        (ticket, "0000", text("error.pin", "id")),  # what can be neither is told of any ticket, and of none
        (new_ticket("BALI"), "", text("error.pin", "id")),
        ("", "", misspelt),
        (MARK, MARK, misspelt),
        ("\0\ud800", "\0", misspelt),
        (pin, ticket, misspelt),
    ]
    for number, (*codes, said) in enumerate(tries):
        await stranger.fire(f"{TRACK}.arrive")
        await stranger.settled()
        frames = await open_report(stranger, *codes)
        assert deltas(frames)[TRACK]["wrong_rx_state_"] == said, number
        assert not led_to(frames), number
    await stranger.fire(f"{TRACK}.load")
    assert led_to(await stranger.settled()) == ["/lacak"]
    assert not deltas(stranger.frames)[TRACK]["held_rx_state_"] and MARK not in "".join(stranger.frames)
    assert led_to(await open_report(stranger, ticket.lower(), pin.replace(" ", ""))) == ["/lacak/riwayat"]


async def test_a_pass_opens_in_its_own_browser_only(tab: Open, quiet: None) -> None:
    writer = await tab()
    await reach(writer, "ringkasan")
    await send(writer, TRUE)
    await open_report(writer, receipt(writer)["ticket"], receipt(writer)["pin"])
    held = deltas(writer.frames)[TRACK]["held_rx_state_"]
    assert held
    thief = await tab(stored={f"{TRACK}.held_rx_state_": held})
    await thief.fire(f"{TRACK}.load")
    assert led_to(await thief.settled()) == ["/lacak"]
    assert MARK not in "".join(thief.frames)
    again = await tab(device=writer.device, stored={f"{TRACK}.held_rx_state_": held})
    await again.fire(f"{TRACK}.load")
    await again.settled()
    assert MARK in "".join(again.frames)

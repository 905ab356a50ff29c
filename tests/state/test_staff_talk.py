"""How the thread of a case reads to its officers."""

from dataclasses import replace

from wbs_app import wbs_app
from wbs_app.services.conversation import Said
from wbs_app.state.staff_talk import _message

assert wbs_app.app  # brings in every state

SAID = Said(1, "2026-11-22T16:18", "reporter", "Kuitansinya ada dua.")


def test_officers_see_what_adds_to_the_account() -> None:
    plain, added = (_message(said, {}, "id", "WITA") for said in (SAID, replace(SAID, facts=True)))
    assert (plain["tag"], added["tag"]) == ("", "Keterangan tambahan")
    assert added["who"] == "Pelapor"

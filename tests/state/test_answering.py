"""No press of a reporter stays without an answer."""

from reflex.state import State

from wbs_app import wbs_app
from wbs_app.state.report import ReportState
from wbs_app.text import text

assert wbs_app.app  # brings in every state


async def test_what_goes_wrong_is_said_and_forgotten_once_it_went_well() -> None:
    report = State(_reflex_internal_init=True).substates[ReportState.get_name()]  # type: ignore[call-arg]
    assert isinstance(report, ReportState)

    async def press(fails: bool) -> str:
        if fails:
            raise TimeoutError("no connection to the database")
        return "next page"

    assert "galat" in str(await report._answered(press(fails=True)))
    assert report.trouble == text("error.not_sent", "id")
    assert await report._answered(press(fails=False)) == "next page"
    assert report.trouble == ""

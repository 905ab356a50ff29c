"""A tracked report in plain words: stages, targets, outcome, messages, files. Its reporter learns no officer's name."""

from collections.abc import Collection
from datetime import date
from typing import Any

from wbs_app.model.documents import day_in_words, moment_in_words
from wbs_app.model.workflow import CLOSED, LOOKS, ROAD, Status
from wbs_app.services.conversation import Said
from wbs_app.services.history import Step
from wbs_app.services.tracking import Piece, Tracked
from wbs_app.state.evidence import file_row
from wbs_app.state.tab import Entry
from wbs_app.text import fill, text

Stage = dict[str, Any]
"""A stage of the timeline: words, and `events`, a list of what else happened in it."""

FILES = "berkas"
"""Where on the page the files are listed."""


class Words:
    """How one report reads in one language."""

    def __init__(self, tracked: Tracked, lang: str) -> None:
        self.report = tracked
        self.status = Status(tracked.status)
        self.lang = lang
        self.closed = self.status in CLOSED

    def say(self, key: str, **values: object) -> str:
        """A text of the report's agency."""
        return fill(text(key, self.lang, self.report.agency), **values)

    def day(self, day: date) -> str:
        return day_in_words(day.isoformat(), self.lang)

    def moment(self, iso: str | None) -> str:
        return f"{moment_in_words(iso, self.lang)} {self.report.profile.timezone_label}" if iso else ""

    # --- the status now ----------------------------------------------------------------------------------------------

    def now(self) -> Entry:
        """The pill, what it means, and what the clocks say in a sentence each."""
        look = LOOKS[self.status]
        return {
            "status": self.say(f"status.{self.status}"),
            "text": self.say(f"status_text.{self.status}"),
            "tone": look.tone,
            "icon": look.icon,
            "received": self.say(
                "track.received_at", date=day_in_words(self.report.received_at.isoformat(), self.lang)
            ),
            "news": self._next_news(),
        }

    def _next_news(self) -> str:
        clock = self.report.clock
        if self.closed or clock.paused_on or not clock.feedback_by or clock.feedback_by < self.report.today:
            return ""
        return self.say("track.next_news", date=self.day(clock.feedback_by))

    def asked(self) -> Entry:
        """What the page says first while officers wait for an answer; empty when they do not."""
        if self.status is not Status.CLARIFICATION:
            return {}
        until = self.report.answer_by
        return {"until": self.say("track.answer_by", date=self.day(until)) if until else ""}

    # --- the timeline ------------------------------------------------------------------------------------------------

    def stages(self) -> list[Stage]:
        """What was, what is, and the usual stages still to come, so that nobody wonders what happens next."""
        found: list[Stage] = []
        for step in self.report.steps:
            if found and found[-1]["code"] == step.status:
                found[-1]["events"].append(self._event(step))
            else:
                found.append(self._stage(step))
        if found:
            found[-1] |= {"state": "now", "icon": LOOKS[self.status].icon} | self._target()
            if self.closed:
                found[-1]["note"] = ""  # stands with the outcome
        return found + self._ahead()

    def _stage(self, step: Step) -> Stage:
        note = step.note or ""
        if step.kind in ("object", "withdraw") and note:
            note = self.say("track.your_reason", reason=note)
        elif step.status == Status.CLARIFICATION:
            note = ""  # the question stands among the messages
        return {
            "code": step.status,
            "state": "past",
            "label": self.say(f"status.{step.status}"),
            "text": self.say(f"status_text.{step.status}"),
            "icon": "check",
            "time": self.moment(step.at),
            "note": note,
            "target": "",
            "tone": "",
            "late": "",
            "events": [],
        }

    def _event(self, step: Step) -> Entry:
        known = {
            "acknowledge": lambda: self.say("track.acknowledged"),
            "evidence": lambda: self.say("track.evidence_added", n=step.more.get("count", 1)),
            "rate": lambda: self.say("track.rated", rating=self.rating(step.more["stars"])),
        }
        words = known[step.kind]() if step.kind in known else self.say(f"status.{step.status}")
        return {"words": words, "time": self.moment(step.at)}

    def _target(self) -> Entry:
        """Until when the present stage should be over."""
        clock, target = self.report.clock, self.report.target
        if clock.paused_on is not None:
            return {"target": self.say("track.paused"), "tone": "paused"}
        if self.closed or target is None:
            return {}
        key = "track.target" if clock.stage_by else "track.acknowledge_by"
        words = {"target": self.say(key, date=self.day(target)), "tone": "calm"}
        late = {"tone": "bad", "late": self.say("track.overdue")}
        return words | (late if target < self.report.today else {})

    def _ahead(self) -> list[Stage]:
        if self.closed:
            return []
        passed = [Status(step.status) for step in self.report.steps if Status(step.status) in ROAD]
        last = self.status if self.status in ROAD else Status.VERIFYING
        if self.status is Status.CLARIFICATION and passed:
            last = passed[-1]  # goes on from where it was interrupted
        coming = [(self.say(f"status.{later}"), LOOKS[later].icon) for later in ROAD[ROAD.index(last) + 1 :]]
        coming.append((self.say("track.finished"), "flag"))
        blank = dict.fromkeys(("code", "text", "time", "note", "target", "tone", "late"), "")
        return [blank | {"state": "next", "label": label, "icon": icon, "events": []} for label, icon in coming]

    # --- the outcome -------------------------------------------------------------------------------------------------

    def outcome(self) -> Entry:
        """How it ended; empty while it has not."""
        if not self.closed:
            return {}
        last = next(step for step in reversed(self.report.steps) if step.kind in ("status", "withdraw"))
        to = last.more.get("to", "")
        own = last.kind == "withdraw" and last.note
        return {
            "note": self.say("track.your_reason", reason=last.note) if own else last.note or "",
            "to": self.say("track.referred_to", agency=to) if to else "",
            "time": self.moment(last.at),
            "rating": self.say("track.rated", rating=self.rating(self.report.rating)) if self.report.rating else "",
        }

    def rating(self, stars: int) -> str:
        return f"{stars} – {self.say(f'rating.{stars}')}"

    # --- messages and files ------------------------------------------------------------------------------------------

    def thread(self, fresh: Collection[int]) -> list[Entry]:
        """Rows of components/thread.py. `fresh`: positions of messages that were unread at this visit."""
        began = day_in_words(self.report.received_at.isoformat(), self.lang)
        first = {"key": "0", "kind": "system", "time": began, "text": self.say("success.text")}
        return [first, *(self._message(said, said.position in fresh) for said in self.report.messages)]

    def _message(self, said: Said, fresh: bool) -> Entry:
        sent = ", ".join(str(piece.position) for piece in self.report.files if piece.about.id in said.files)
        return {
            "key": str(said.position),
            "kind": "message",
            "mine": "yes" if said.mine else "",
            "who": self.say("chat.you" if said.mine else "chat.officer"),
            "time": self.moment(said.at),
            "text": said.text,
            "ask": "yes" if said.ask else "",
            "tag": self.say("chat.facts") if said.facts else "",
            "seen": self.say("chat.read" if said.seen else "chat.delivered") if said.mine else "",
            "fresh": "yes" if fresh else "",
            "files": self.say("summary.evidence_item", n=sent) if sent else "",
            "href": f"#{FILES}" if sent else "",
        }

    def files(self) -> list[Entry]:
        """The files of the report; what an officer sent along says so."""
        return [self._file(piece) for piece in self.report.files]

    def _file(self, piece: Piece) -> Entry:
        by = "" if piece.about.by == "reporter" else self.say("track.file_of_officer")
        return file_row(piece.position, piece.about) | {"by": by}

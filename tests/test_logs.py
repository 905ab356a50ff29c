"""The log says what happened and where, and repeats nothing that anybody wrote, whoever logs it."""

import io
import logging
import sys
import threading
import time
import warnings
from collections.abc import Iterator

import pytest

from wbs_app import logs
from wbs_app.logs import Sparing, frames_of, start_logging

MARK = "penanda9f3c"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the server says from its start on; undone after the test."""
    root, said = logging.getLogger(), io.StringIO()
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    before = root.handlers, root.level, logging.raiseExceptions
    monkeypatch.setattr(sys, "stderr", said)
    start_logging()
    yield said
    logging.captureWarnings(False)
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    root.handlers, root.level, logging.raiseExceptions = before


def test_others_are_heard_without_their_words(heard: io.StringIO) -> None:
    """As Reflex does with events that it does not understand."""
    library = logging.getLogger("reflex.app")
    library.warning(f"Received event data as a string. Event data: {MARK}")
    library.error("Event data: %s", MARK, extra={"payload": MARK})
    said = heard.getvalue()
    assert MARK not in said
    assert said.count("reflex.app: (test_logs.py:") == 2


def test_exceptions_are_told_by_their_place(heard: io.StringIO) -> None:
    def raises(text: str) -> None:
        try:
            {}[text]
        except KeyError as error:
            raise ValueError(f"cannot use {text}") from error

    for name in ("reflex.event", "asyncio", "wbs.test"):
        try:
            raises(MARK)
        except ValueError:
            logging.getLogger(name).exception("failed")
    said = heard.getvalue()
    assert MARK not in said
    assert said.count("in raises") == said.count("  ValueError") == 3


def test_our_own_words_stand(heard: io.StringIO) -> None:
    logging.getLogger("wbs.door").info("refused %s: %s", "a handler", "not allowed")
    logging.getLogger("wbsx").warning(MARK)
    said = heard.getvalue()
    assert "INFO wbs.door: refused a handler: not allowed" in said and MARK not in said


def test_libraries_keep_no_handlers_of_their_own(heard: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", heard)
    library = logging.getLogger("some.library")
    library.addHandler(logging.StreamHandler(heard))
    library.propagate = False
    start_logging()
    library.warning(MARK)
    assert MARK not in heard.getvalue() and "some.library" in heard.getvalue()


def test_what_cannot_be_written_is_not_repeated(heard: io.StringIO) -> None:
    logging.getLogger("wbs.door").warning("%d", MARK)
    assert MARK not in heard.getvalue()


def test_what_nobody_catches_is_told_by_its_place(heard: io.StringIO) -> None:
    class Broken:
        def __del__(self) -> None:
            raise RuntimeError(MARK)

    def fail() -> None:
        raise RuntimeError(MARK)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    broken = Broken()
    del broken
    try:
        fail()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    said = heard.getvalue()
    assert MARK not in said and said.count("  RuntimeError") == 3


def test_warnings_are_heard_without_their_words(heard: io.StringIO) -> None:
    """Pydantic's hold values."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"input_value={MARK}", stacklevel=1)
    said = heard.getvalue()
    assert MARK not in said and "py.warnings" in said


def test_frames_name_files_and_functions() -> None:
    try:
        raise OSError(MARK)
    except OSError as error:
        said = frames_of(error)
    assert said.endswith("in test_frames_name_files_and_functions\n  OSError")


def test_nobody_fills_the_disk_by_what_is_refused(heard: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [6000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    refused, broken = logging.getLogger("wbs.door"), logging.getLogger("wbs.jobs")
    for _ in range(1000):
        refused.warning("refused")
        broken.error("a sweep failed")
    said = heard.getvalue()
    assert said.count("refused") == Sparing.MOST and said.count("a sweep failed") == 1000
    clock[0] += 61
    refused.warning("refused again")
    assert "refused again" in heard.getvalue()


def test_the_logger_of_ours_is_named_as_the_package() -> None:
    assert logs.__name__.partition("_")[0] == logs.OURS

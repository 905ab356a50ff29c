"""The log says what happened and where, and repeats nothing that anybody wrote, whoever logs it."""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from wbs_app import logs
from wbs_app.logs import Sparing, frames_of, start_logging

MARK = "penanda9f3c"


@pytest.fixture
def started(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """Logging as the server starts it, and undone after the test."""
    root = logging.getLogger()
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    before = root.handlers, root.level
    start_logging()
    yield capsys
    logging.captureWarnings(False)
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    root.handlers, root.level = before


def test_others_are_heard_without_their_words(started: pytest.CaptureFixture[str]) -> None:
    """As Reflex does with events that it does not understand."""
    library = logging.getLogger("reflex.app")
    library.warning(f"Received event data as a string. Event data: {MARK}")  # noqa: G004
    library.error("Event data: %s", MARK, extra={"payload": MARK})
    said = started.readouterr().err
    assert MARK not in said
    assert said.count("reflex.app: (test_logs.py:") == 2


def test_exceptions_are_told_by_their_place(started: pytest.CaptureFixture[str]) -> None:
    def raises(text: str) -> None:
        try:
            {}[text]  # noqa: B018
        except KeyError as error:
            raise ValueError(f"cannot use {text}") from error

    for name in ("reflex.event", "asyncio", "wbs.test"):
        try:
            raises(MARK)
        except ValueError:
            logging.getLogger(name).exception("failed")
    said = started.readouterr().err
    assert MARK not in said
    assert said.count("in raises") == said.count("  ValueError") == 3


def test_our_own_words_stand(started: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("wbs.door").info("refused %s: %s", "a handler", "not allowed")
    logging.getLogger("wbsx").warning(MARK)
    said = started.readouterr().err
    assert "INFO wbs.door: refused a handler: not allowed" in said and MARK not in said


def test_libraries_keep_no_handlers_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    library = logging.getLogger("some.library")
    library.addHandler(logging.StreamHandler(sys.stderr))
    library.propagate = False
    before = logging.getLogger().handlers
    start_logging()
    library.warning(MARK)
    logging.getLogger().handlers = before
    logging.captureWarnings(False)
    assert MARK not in capsys.readouterr().err and not library.handlers


def test_what_nobody_catches_is_told_by_its_place(started: pytest.CaptureFixture[str]) -> None:
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
    said = started.readouterr().err
    assert MARK not in said and said.count("  RuntimeError") == 3


def test_warnings_are_heard_without_their_words(started: pytest.CaptureFixture[str]) -> None:
    """Pydantic's hold values."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"input_value={MARK}", stacklevel=1)
    said = started.readouterr().err
    assert MARK not in said and "py.warnings" in said


def test_frames_name_files_and_functions() -> None:
    try:
        raise OSError(MARK)
    except OSError as error:
        said = frames_of(error)
    assert said.endswith("in test_frames_name_files_and_functions\n  OSError")


def test_nobody_fills_the_disk_by_what_is_refused(
    started: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [6000.0]
    monkeypatch.setattr(logging.time, "time", lambda: clock[0])
    refused, broken = logging.getLogger("wbs.door"), logging.getLogger("wbs.jobs")
    for _ in range(1000):
        refused.warning("refused")
        broken.error("a sweep failed")
    said = started.readouterr().err
    assert said.count("refused") == Sparing.MOST and said.count("a sweep failed") == 1000
    clock[0] += 61
    refused.warning("refused again")
    assert "refused again" in started.readouterr().err


def test_the_logger_of_ours_is_named_as_the_package() -> None:
    assert logs.OURS == logs.__name__.partition("_")[0]

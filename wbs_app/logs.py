"""Logs that say what happened and where, never what anybody wrote.

Libraries log values of events and exceptions; of their records only the place is kept, and of every traceback only
the frames and the exception's type.
"""

import logging
import sys
import threading
import traceback
from collections import Counter

OURS = "wbs"


class ContentFree(logging.Formatter):
    """Writes our own messages, and of others' only logger, line and level."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(said)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        record.said = record.getMessage() if _ours(record) else f"({record.filename}:{record.lineno})"
        record.asctime = self.formatTime(record, self.datefmt)
        line = self.formatMessage(record)
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + frames_of(record.exc_info[1])
        return line


class Sparing(logging.Filter):
    """Each place may speak so often a minute: nobody fills the disk by what is refused. Our own errors always may."""

    MOST = 60

    def __init__(self) -> None:
        super().__init__()
        self._minute = 0
        self._said: Counter[tuple[str, int, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        if _ours(record) and record.levelno >= logging.ERROR:
            return True
        if self._minute != (minute := int(record.created // 60)):
            self._minute = minute
            self._said.clear()
        place = (record.pathname, record.lineno, record.name)
        self._said[place] += 1
        return self._said[place] <= self.MOST


def _ours(record: logging.LogRecord) -> bool:
    return record.name == OURS or record.name.startswith(f"{OURS}.")


def frames_of(error: BaseException) -> str:
    """Where an error came from, without its message or any value."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join([*lines, f"  {type(error).__name__}"])


def start_logging(level: int = logging.INFO) -> None:
    """All records of this process to stderr, free of content."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ContentFree())
    handler.addFilter(Sparing())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    for name in list(logging.root.manager.loggerDict):  # libraries that set up handlers of their own
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    logging.raiseExceptions = False  # it would print the words of a record that cannot be written
    logging.captureWarnings(True)
    sys.excepthook = lambda _kind, error, _trace: _uncaught(error)
    sys.unraisablehook = lambda found: _uncaught(found.exc_value)
    threading.excepthook = lambda found: _uncaught(found.exc_value)


def _uncaught(error: BaseException | None) -> None:
    logging.getLogger(OURS).error("uncaught\n%s", frames_of(error) if error else "")

"""Logs that say what happened and where, never what anybody wrote.

Libraries log values of events and exceptions; of their records only the place is kept, and of every traceback only
the frames and the exception's type.
"""

import logging
import sys
import traceback

OURS = "wbs"


class ContentFree(logging.Formatter):
    """Writes our own messages, and of others' only logger, line and level."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(said)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name == OURS or record.name.startswith(f"{OURS}.")
        record.said = record.getMessage() if ours else f"({record.filename}:{record.lineno})"
        record.asctime = self.formatTime(record, self.datefmt)
        line = self.formatMessage(record)
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + frames_of(record.exc_info[1])
        return line


def frames_of(error: BaseException) -> str:
    """Where an error came from, without its message or any value."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join([*lines, f"  {type(error).__name__}"])


def start_logging(level: int = logging.INFO) -> None:
    """All records of this process to stderr, free of content."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ContentFree())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    for name in list(logging.root.manager.loggerDict):  # libraries that set up handlers of their own
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    sys.excepthook = lambda _kind, error, _trace: print(frames_of(error), file=sys.stderr)  # noqa: T201

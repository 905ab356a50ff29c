"""Tables as CSV for spreadsheet programs, which must show each cell and run none."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

BOM = "\ufeff"
"""First in a file, it tells Excel that what follows is UTF-8."""

_FORMULA = re.compile(r"""(?:^|[,;\t\r\n])[\s"']*(?=[=+\-@\uff1d\uff0b\uff0d\uff20])""")  # the wide ones count, too
"""Where a program would see a formula begin: with the cell, or in it, where one takes another sign to part cells."""


def lines(rows: Iterable[Sequence[str]], separator: str = ",") -> str:
    """The rows as lines of CSV. Nothing in them is taken for a formula: an apostrophe stands before it."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([_FORMULA.sub(_defused, cell) for cell in row] for row in rows)
    return out.getvalue()


def _defused(found: re.Match[str]) -> str:
    return f"{found[0]}'"

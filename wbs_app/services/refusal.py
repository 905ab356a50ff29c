"""How a service says no: a text key and the values to fill in, never what was typed."""

from typing import Any


class Refused(Exception):
    """What was asked for is not possible; `key` names the kind message, `values` its figures."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

"""The looks without cascade layers, for browsers from before 2022: they leave out all that stands in a layer."""

import re
from collections.abc import Iterator

_PARTS = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|[^{};"'/]+|/""", re.S)


def without_layers(css: str) -> str:
    """The same rules in the order in which layers would rank them: the first named first, what has no layer last.

    Where a rule of an earlier layer is more specific than one of a later, the earlier wins now. `:where`, which ranks
    lowest of all, becomes `:is` therefore: our looks of elements go before Tailwind's. What else changes is small (a
    margin here and there).

    Raises:
        ValueError: for a layer within another rule, which no style sheet of ours has.
    """
    layers: dict[str, list[str]] = {}
    loose: list[str] = []
    for head, block in _rules(css):
        if not head.startswith("@layer"):
            loose.append(f"{head};" if block is None else f"{head}{{{block}}}")
            continue
        names = [name.strip() for name in head.removeprefix("@layer").split(",")]
        for name in names:
            layers.setdefault(name, [])
        if block is not None:
            layers[names[0]].append(block)
    plain = "".join([*(block for blocks in layers.values() for block in blocks), *loose])
    if "@layer" in plain:
        raise ValueError("a layer within another rule")
    return plain.replace(":where(", ":is(")


def _rules(css: str) -> Iterator[tuple[str, str | None]]:
    """What stands at the top: (what is before the brace, what is between the braces), or (statement, None)."""
    head, block, depth = "", "", 0
    for part in _PARTS.findall(css):
        if part.startswith("/*"):
            continue
        depth += {"{": 1, "}": -1}.get(part, 0)
        if (part, depth) in ((";", 0), ("}", 0)):
            yield head.strip(), block if part == "}" else None
            head, block = "", ""
        elif (part, depth) == ("{", 1):
            continue
        elif depth:
            block += part
        else:
            head += part

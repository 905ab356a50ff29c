"""Python's search for garbage, which holds up everybody."""

import gc


def spare() -> None:
    """What is there for good, 200,000 objects, is never searched for garbage again: that held all events up for some
    150 ms each time. Of the rest, a thousand open tabs are as much again, so it is searched seldom; most garbage goes
    at once, when nothing refers to it any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)

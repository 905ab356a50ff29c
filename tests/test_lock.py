"""The locks serve every Python that WBS takes, not only the one they were made with."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0")


def locked(name: str) -> set[str]:
    names = re.findall(r"^([\w.-]+)==", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(found) for found in names}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_nothing_is_missing(lock: str, python: str) -> None:
    here = {"python_full_version": python, "python_version": python.rpartition(".")[0], "extra": ""}
    there = locked(lock)
    missing = {
        f"{asking} asks for {wanted.name}"
        for asking in there
        for wanted in map(Requirement, distribution(asking).requires or ())
        if (wanted.marker is None or wanted.marker.evaluate(here)) and canonicalize_name(wanted.name) not in there
    }
    assert missing == set()

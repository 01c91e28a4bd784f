"""What several tests of commands share."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write the file of settings where it usually lies."""
    place = tmp_path / "config" / "pacetag" / "config.toml"
    place.parent.mkdir(parents=True)

    def put(text: str) -> Path:
        place.write_text(text)
        return place

    return put

"""A sound file that is not on this machine's disks, such as an object in a store."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, kw_only=True)
class StoredSound:
    """A sound file by its URL, and how to open it.

    What `open` returns can be sought, and raises OSError where the store does not answer.
    """

    url: str
    open: Callable[[], BinaryIO]

    @property
    def path(self) -> Path:
        """The URL as errors name it, and with the suffix that decoders may need."""
        return Path(self.url)

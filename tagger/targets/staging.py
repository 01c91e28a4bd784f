"""Files on their way: made in a hidden folder of the target, listed, and only then named."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pacetag.tagger.files.drafts import give_name
from pacetag.tagger.tags.safety.disk import sync_folder
from pacetag.tagger.targets.hashing import file_hash
from pacetag.tagger.targets.manifest import Entry, Manifest

STAGE = ".pacetag-part"
_PART = "part-"  # how the names of files in it begin


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The hidden folder of a target, and the list that a file enters when it leaves."""

    manifest: Manifest

    @property
    def folder(self) -> Path:
        """Where files are made."""
        return self.manifest.folder / STAGE

    def open(self) -> None:
        """Make the folder, without what an earlier command left there. Raises OSError."""
        self.close()
        self.folder.mkdir(exist_ok=True)

    def close(self) -> None:
        """Remove parts of files, and the folder; what is not pacetag's stays."""
        if self.folder.is_symlink():
            return
        with suppress(OSError):
            for path in self.folder.glob(f"{_PART}*"):
                if path.is_file() or path.is_symlink():
                    path.unlink()
            self.folder.rmdir()

    def place(self, number: int, suffix: str) -> Path:
        """Return the path of a new part."""
        return self.folder / f"{_PART}{number}{suffix}"

    def settle(
        self, part: Path, name: str, *, source: str, origin: str, known: str | None = None
    ) -> None:
        """List a finished part, and give it its name. Raises OSError.

        `known` is its hash, if it was read back already. FileExistsError: a file of that name
        appeared meanwhile.
        """
        status, real = part.stat(), self.manifest.folder / name
        self.manifest.entries[name] = Entry(
            source=source,
            origin=origin,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            hash=known or file_hash(part),
        )
        if os.path.lexists(real):
            del self.manifest.entries[name]
            raise FileExistsError(name)
        self.manifest.save()
        give_name(part, real)
        part.unlink(missing_ok=True)
        with suppress(OSError):
            sync_folder(real.parent)

"""The file that a mix is written to: written whole, and never over music or anything else.

Only a mix that pacetag wrote, and that was not changed since, is replaced unasked. Any other sound
stays, even with --overwrite.
"""

import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pacetag.tagger.errors import TaggerError, UsageError
from pacetag.tagger.files.drafts import give_name, make_ordinary
from pacetag.tagger.files.never_replaced import content_never_replaced, name_never_replaced
from pacetag.tagger.files.output_files import INPUT
from pacetag.tagger.stretching.formats import Format, bytes_needed
from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fields import COPY
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.mutagen_io import open_audio
from pacetag.tagger.tags.reader import values
from pacetag.tagger.tags.safety.disk import sync_folder
from pacetag.tagger.tags.safety.replace import RESERVE, put_in_place
from pacetag.tagger.tags.safety.temp_files import temp_file_beside
from pacetag.tagger.terminal.standard_output import STDOUT, descriptor_of

_MARK = re.compile(r"1 mix tags=(?P<tags>[0-9a-f]+) sound=(?P<sound>[0-9a-f]+)", re.ASCII)
OPTION = "--mix"


def mark_of(sound: str, tags: str) -> str:
    """The value of PACETAG_COPY in a mix, by which it is known and scans pass over it.

    Both are hex: the fingerprint of its sound, and what `tags_hash` gives.
    """
    return f"1 mix tags={tags} sound={sound}"


@dataclass(frozen=True, kw_only=True)
class MixFile:
    """A path that a user named for a mix."""

    named: Path
    overwrite: bool = False  # also replace what is no sound, and mixes that were changed
    inputs: tuple[Path, ...] = ()  # files that the command reads or writes, and must not replace

    @property
    def path(self) -> Path:
        """The path, absolute; links in it are not followed."""
        return self.named.expanduser().absolute()

    @property
    def form(self) -> Format:
        """What it is encoded as, by its suffix. Raises UsageError."""
        try:
            return Format(self.path.suffix.lower().removeprefix("."))
        except ValueError as error:
            raise UsageError(
                f"{self.named}: a mix is written as .mp3, .m4a, .flac or .opus; name a file with "
                f"such a suffix, {OPTION} run.mp3"
            ) from error

    def check(self) -> None:
        """Check that it can be written, and touch nothing. Raises UsageError or TaggerError."""
        if self.named == STDOUT or descriptor_of(self.path) is not None:
            raise UsageError(f"{OPTION} needs a file that it can name when the mix is finished")
        self.form  # noqa: B018
        try:
            self._replaced()
        except OSError as error:
            raise self.failure(error) from error

    def check_room(self, seconds: float) -> None:
        """Raise TaggerError unless a mix of so many seconds fits on the disk."""
        needed = bytes_needed(self.form, seconds) + RESERVE
        usage = shutil.disk_usage(self.path.parent)
        if usage.total and usage.free < needed:  # some network disks do not tell
            raise TaggerError(
                f"{self.named}: the disk is nearly full: the mix needs {needed >> 20} MiB, "
                f"{usage.free >> 20} are free; name another place with {OPTION}, or write .opus"
            )

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """A hidden file to be filled, which gets the name at the end of the block.

        Where the block raises, nothing stays. Raises UsageError or TaggerError.
        """
        try:
            real, _ = self._replaced()
            with temp_file_beside(real) as draft:
                yield draft
                real, before = self._replaced()  # again, as late as possible
                if before is not None:
                    put_in_place(self.named, real, draft, before)
                else:
                    make_ordinary(draft)
                    give_name(draft, real)
            with suppress(OSError):  # the file is there; the next sync of the disk keeps it
                sync_folder(real.parent)
        except OSError as error:
            raise self.failure(error) from error
        except TagError as error:
            raise TaggerError(
                f"{self.named}: the mix cannot be written there: its file belongs to another user "
                f"or was changed just now; choose another place with {OPTION}"
            ) from error

    def _replaced(self) -> tuple[Path, os.stat_result | None]:
        """The real path of the file, and the status of an existing one that may be replaced."""
        real = Path(os.path.realpath(self.path))
        for path in (self.path, real):
            # Its own suffix is that of a song, which the content decides about below.
            if (why := name_never_replaced(path.with_suffix(".mix"))) is not None:
                raise self._refusal(why)
        try:
            status = self.path.stat()
        except FileNotFoundError:
            status = None
        if any(real == Path(os.path.realpath(path)) for path in self.inputs):
            raise self._refusal(INPUT)
        if status is not None:
            self._check_there(real, status)
        if not real.parent.is_dir():
            raise FileNotFoundError(2, "its folder is not there")
        if not os.access(real.parent, os.W_OK | os.X_OK):
            raise PermissionError(13, "nothing can be written in its folder")
        return real, status

    def _check_there(self, real: Path, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise self._refusal("is no plain file")
        for path in self.inputs:
            with suppress(OSError):
                if os.path.samestat(status, path.stat()):
                    raise self._refusal(INPUT)
        if not status.st_mode & 0o222 or not os.access(real, os.W_OK):
            raise self._refusal("is read-only")
        if not status.st_size or is_unchanged_mix(real):
            return
        with real.open("rb") as file:
            why = content_never_replaced(file)
        if why is not None and not (self.overwrite and is_mix(real)):
            was = "is a mix that was changed since pacetag wrote it" if is_mix(real) else why
            raise self._refusal(was, or_overwrite=is_mix(real))
        if not self.overwrite:
            raise self._refusal("is a file that pacetag did not write", or_overwrite=True)

    def _refusal(self, what: str, *, or_overwrite: bool = False) -> UsageError:
        remedy = f"name another file with {OPTION}"
        if or_overwrite:
            remedy += ", or replace it with --overwrite"
        return UsageError(f"{self.named}: {what}; {remedy}")

    def failure(self, error: OSError) -> TaggerError:
        """The error for what the system refused."""
        return TaggerError(
            f"{self.named}: the mix cannot be written ({error.strerror or error}); choose another "
            f"place with {OPTION}"
        )


def is_mix(path: Path) -> bool:
    """Whether a file says that it is a mix of pacetag's."""
    return _mark_in(path) is not None


def is_unchanged_mix(path: Path) -> bool:
    """Whether a file is a mix that pacetag wrote, with its sound and its tags as they were."""
    mark = _mark_in(path)
    if mark is None:
        return False
    try:
        return mark["sound"] == file_fingerprint(path) and mark["tags"] == tags_hash(path)
    except (OSError, TagError):
        return False


def _mark_in(path: Path) -> re.Match[str] | None:
    try:
        found = values(open_audio(path), COPY)
    except (OSError, TagError):
        return None
    return _MARK.fullmatch(next(iter(found), ""))


def tags_hash(path: Path) -> str:
    """A hash, hex, of all that stands in the tags of a file besides the mark itself.

    Raises TagError.
    """
    import hashlib

    tags: object = open_audio(path).tags
    items = tags.items() if hasattr(tags, "items") else ()
    names = (COPY.id3, COPY.vorbis.lower(), COPY.mp4)
    text = "\n".join(sorted(f"{key}={value!r}" for key, value in items if key not in names))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

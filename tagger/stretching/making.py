"""Make one copy: decode, stretch, encode, tag, check, and only then give it its name."""

import os
from dataclasses import dataclass
from pathlib import Path

from pacetag.model.errors import DecodeError
from pacetag.tagger.files.drafts import give_name, make_ordinary
from pacetag.tagger.stretching.copies import Copy
from pacetag.tagger.stretching.copy_tags import names_of, true_fields, write_fields
from pacetag.tagger.stretching.encoding import encode
from pacetag.tagger.stretching.engine import stretched
from pacetag.tagger.stretching.sound import Sound, read_sound
from pacetag.tagger.tags.errors import TagError, system_reason
from pacetag.tagger.tags.fields import COPY, PACE, Field
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.tags.safety.temp_files import temp_file_beside

_OFF = 0.3  # s by which the header of a copy may be off: MP3 and AAC hold whole frames


@dataclass(frozen=True, kw_only=True)
class Made:
    """The result for one copy."""

    copy: Copy
    reason: str | None = None  # why it could not be made, a clause


def make(copy: Copy) -> Made:
    """Make a copy in a folder that exists; never raises for what is wrong with a song."""
    try:
        _make(copy)
    except (DecodeError, TagError) as error:
        return Made(copy=copy, reason=error.reason)
    except FileExistsError:
        return Made(copy=copy, reason=f"{copy.path} is there already, and is not such a copy")
    except OSError as error:
        return Made(copy=copy, reason=f"its copy cannot be written: {system_reason(error)}")
    except MemoryError:
        return Made(copy=copy, reason="there was not enough memory to stretch it")
    except Exception as error:  # one song must never stop the others
        return Made(copy=copy, reason=f"stretching it broke off ({type(error).__name__}: {error})")
    return Made(copy=copy)


def _make(copy: Copy) -> None:
    original = Path(copy.song.path)
    if file_fingerprint(original) != copy.song.fingerprint:
        raise TagError(original, "it was changed since it was scanned; scan it again")
    sound = read_sound(original, expected=copy.song.duration)
    samples = sound.samples
    if copy.factor != 1.0:
        samples = stretched(samples, sound.rate, copy.factor)
    made = Sound(samples=samples, rate=sound.rate, is_fine=sound.is_fine)
    with temp_file_beside(copy.path) as draft:
        encode(made, draft, copy.form)
        fields: dict[Field, list[str]] = names_of(original)
        fields |= true_fields(
            copy.song, copy.mark, seconds=made.seconds, fingerprint=file_fingerprint(draft)
        )
        if _is_joined(original):
            fields[PACE] = PACE.joined(fields[PACE])
        write_fields(draft, copy.form, fields, sound.cover)
        _check(copy, draft, fields, made.seconds)
        make_ordinary(draft)
        if os.path.lexists(copy.path):
            raise FileExistsError
        give_name(draft, copy.path)


def _is_joined(original: Path) -> bool:
    """Whether the original's PACE is one value for players, and not for want of a choice."""
    tags = read_tags(original)
    return PACE.is_joined(tags.stored_pace) and not tags.joins


def _check(copy: Copy, draft: Path, fields: dict[Field, list[str]], seconds: float) -> None:
    """Read a copy back. Raises TagError unless its mark and its length are right."""
    tags = read_tags(draft)
    if [tags.copy] != fields[COPY] or abs((tags.duration or 0.0) - seconds) > _OFF:
        raise TagError(Path(copy.song.path), "its copy did not read back, and was not kept")

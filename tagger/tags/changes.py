"""Changes to a song's tags, field by field, for a person and for a program."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pacetag.tagger.text.formatting import printable

NOTHING = "nothing"  # how a field that is not there is called


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """One field before and after."""

    name: str  # as in the field table
    old: tuple[str, ...]  # its values; none where there is no such field
    new: tuple[str, ...]


def field_changes(
    old: Mapping[str, Sequence[str]], new: Mapping[str, Sequence[str]]
) -> tuple[FieldChange, ...]:
    """One for each field of `new`, whose values before stand in `old`."""
    return tuple(
        FieldChange(name=name, old=tuple(old[name]), new=tuple(values))
        for name, values in new.items()
    )


def change_lines(changes: Iterable[FieldChange]) -> list[str]:
    """A line for each field, to stand below the song."""
    return [f"    {change.name.upper():<7}  {change_text(change)}" for change in changes]


def change_text(change: FieldChange) -> str:
    """The values before and after."""
    return f"{_text(change.old)} -> {_text(change.new)}"


def changes_object(changes: Iterable[FieldChange]) -> dict[str, dict[str, list[str]]]:
    """Changes as JSON holds them: field -> old and new values."""
    return {change.name: {"old": list(change.old), "new": list(change.new)} for change in changes}


def _text(values: Sequence[str]) -> str:
    return printable(" | ".join(values)) if values else NOTHING

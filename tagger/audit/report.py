"""`--read-only-check`: the check around a scan, and how its result is printed."""

import sys
from pathlib import Path

from pacetag.tagger.audit.check import Difference, ReadOnlyCheck
from pacetag.tagger.cancellation import Stop
from pacetag.tagger.errors import UsageError
from pacetag.tagger.library.walk import check_paths
from pacetag.tagger.output.json_lines import say_json
from pacetag.tagger.scanning.options import ScanOptions
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import printable


def check_folder(folder: Path | None) -> Path | None:
    """The folder to check, absolute. Raises UsageError if it is not a folder."""
    if folder is None:
        return None
    top = check_paths([folder])[0]
    if not top.is_dir():
        raise UsageError(f"{folder}: is not a folder; --read-only-check needs one")
    return top


class Checked:
    """Runs the check around a scan; does nothing without a folder."""

    def __init__(
        self, top: Path | None, index_file: Path, options: ScanOptions, stop: Stop, *, as_json: bool
    ) -> None:
        """Records the folder at once."""
        self._stop, self._as_json, self._top = stop, as_json, top
        self._check: ReadOnlyCheck | None = None
        self._found: list[Difference] = []
        if top is not None:
            say(printable(f"Reading everything in {top} before the scan ..."), sys.stderr)
            self._check = ReadOnlyCheck(top, index_file, options, stop)
            self._check.record()

    @property
    def exit_code(self) -> int:
        """1 if something besides tags changed, 130 if the check was interrupted."""
        if self._check is not None and self._stop.requested:
            return 130
        return 1 if self._found else 0

    def compare(self) -> None:
        """Compare the folder with its record, and print changes as JSON if that is wanted."""
        if self._check is None or self._stop.requested:
            return
        self._found = list(self._check.differences())
        if self._as_json:
            for one in self._found:
                say_json({"path": str(one.path), "difference": one.what})

    def end(self) -> None:
        """Print the result as text, unless JSON is wanted."""
        if self._check is None or self._as_json:
            return
        if self._stop.requested:
            say(printable(f"{self._top} was not checked, for the scan was interrupted."))
            return
        for one in self._found:
            say(printable(f"{one.path}: {one.what}"))
        verdict = (
            f"{len(self._found)} differences besides tags"
            if self._found
            else "nothing but tags has changed"
        )
        say(printable(f"Checked {self._check.files} files and folders in {self._top}: {verdict}."))

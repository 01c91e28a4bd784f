"""How a scan is shown: as JSON, as a bar on a terminal, or as plain lines."""

import sys
from typing import TYPE_CHECKING

from pacetag.tagger.logs.logger import is_verbose

if TYPE_CHECKING:
    from pacetag.tagger.output.report import Reporter
    from pacetag.tagger.output.scan_summary import Naming


def reporter(
    total: int | None, naming: "Naming", *, as_json: bool, dry_run: bool = False
) -> "Reporter":
    """The reporter of JSON if asked for, of a bar on a terminal, else of plain lines.

    `total`: songs to come; None where that is not known.
    """
    if as_json:
        from pacetag.tagger.output.json_lines import JsonReporter

        return JsonReporter()
    if sys.stderr.isatty() and not is_verbose():
        from pacetag.tagger.output.progress import LiveReporter

        return LiveReporter(total, dry_run=dry_run, naming=naming)
    from pacetag.tagger.output.report import PlainReporter

    return PlainReporter(total, dry_run=dry_run, naming=naming)

"""Print what the system knows of the service."""

import sys

from pacetag.tagger.output.json_lines import say_json
from pacetag.tagger.service.installing import ServiceFacts
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import printable


def say_service(facts: ServiceFacts, *, as_json: bool) -> None:
    """Print it as lines, or as one object."""
    if as_json:
        say_json(
            {
                "kind": facts.kind.value,
                "file": str(facts.file),
                "installed": facts.installed,
                "changed": facts.changed,
                "running": facts.running,
                "manager": dict(facts.told),
                "reason": facts.refusal,
            }
        )
        return
    if not facts.installed:
        say("The watcher is not installed; `pacetag service install FOLDER` installs it.")
        return
    edited = " (was changed since pacetag wrote it)" if facts.changed else ""
    say(printable(f"{facts.file}{edited}"))
    for name, value in facts.told:
        say(printable(f"{name}: {value}"))
    if facts.refusal is not None:
        say(printable(f"pacetag: {facts.refusal}"), sys.stderr)

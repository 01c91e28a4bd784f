"""Print what watchers tell of themselves."""

from collections.abc import Iterator, Sequence
from typing import Any

from pacetag.tagger.output.json_lines import say_json
from pacetag.tagger.service.state import WatcherState
from pacetag.tagger.terminal.say import say
from pacetag.tagger.text.formatting import printable, songs

MOST = 10  # waiting songs and complaints that are named


def say_watchers(found: Sequence[WatcherState], *, as_json: bool) -> None:
    """Print them as lines, or as one object."""
    if as_json:
        told = [{"running": each.lives, "late": each.is_late(), **each.told} for each in found]
        say_json({"running": any(each.lives for each in found), "watchers": told})
        return
    if not found:
        say("No watcher is running; `pacetag service install FOLDER` starts one.")
    for each in found:
        for line in _lines(each):
            say(printable(line))


def _lines(state: WatcherState) -> Iterator[str]:
    told = state.told
    who = f"process {told.get('pid')}, pacetag {told.get('version')}, network {told.get('bundle')}"
    if not state.lives:
        yield f"A watcher was killed, it seems: {who}; last heard of {told.get('heard')}"
        return
    yield f"A watcher is running since {told.get('since')}: {who}"
    for root in _objects(told.get("roots")):
        yield f"Folder: {root.get('path')}{'' if root.get('there') else ' (is not there)'}"
    yield from _now(state)
    watches = told.get("watches")
    if isinstance(watches, dict) and watches.get("used") is not None:
        limit = f" of {watches['limit']}" if watches.get("limit") else ""
        yield f"Watches: {watches['used']}{limit}"
    if told.get("failures") is not None:
        advice = "; `pacetag problems` names them" if told["failures"] else ""
        yield f"Failed songs in the index: {told['failures']}{advice}"
    waiting = _objects(told.get("waiting"))
    yield f"Waiting: {songs(len(waiting))}"
    yield from (f"  {song.get('path')}  ({song.get('reason')})" for song in waiting[:MOST])
    for said in _objects(told.get("complaints"))[-MOST:]:
        yield f"{said.get('at')}: {said.get('text')}"


def _now(state: WatcherState) -> Iterator[str]:
    told = state.told
    if told.get("paused"):
        yield f"Now: waits, since {told['paused']}"
    else:
        yield f"Now: {told.get('doing')}"
    sweep = told.get("sweep")
    if isinstance(sweep, dict) and sweep.get("ended"):
        late = "; it should have looked again by now, and may be stuck" if state.is_late() else ""
        yield (
            f"Last look at everything: {sweep['ended']}, {songs(int(sweep['songs']))} in "
            f"{sweep['seconds']} s{late}"
        )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []

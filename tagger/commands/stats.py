"""`pacetag stats`: the index in numbers."""

from pacetag.tagger.commands.options import IndexOption, JsonOption
from pacetag.tagger.settings import index_path


def stats(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Count the songs in the index, and their paces."""
    from pacetag.tagger.index.opening import read_index

    path = index_path(index)
    with read_index(path) as songs:
        numbers = songs.stats()
    if as_json:
        from pacetag.tagger.output.json_lines import say_json, stats_object

        say_json(stats_object(numbers))
        return
    from pacetag.tagger.output.tables import stats_lines
    from pacetag.tagger.terminal.say import say

    for line in stats_lines(numbers, str(path)):
        say(line)

"""Whether Quod Libet's own search finds by pacetag's queries what it should, and nothing else.

apt-get install --no-install-recommends quodlibet
python -m tests.benchmarks.quodlibet_query

Its modules are those of the system's Python, /usr/bin/python3. Prints a line for each query.
"""

import json
import subprocess
import sys
from typing import Any

from pacetag.tagger.playlist.quodlibet import query_of
from pacetag.tagger.playlist.rules import rules_of

SONGS: dict[str, dict[str, Any]] = {
    "fits": {"pace": "165\n83", "genre": "Hard Rock", "artist": "AC/DC", "date": "1975-01-02"},
    "fits by its second pace": {"pace": "83\n166", "genre": "rock", "artist": "Legs (2)"},
    "fits in one value": {"pace": "83/167", "genre": "rock"},
    "is too quick": {"pace": "200\n100", "genre": "Rock", "artist": "AC/DC", "date": "1979"},
    "has 1655 in it": {"pace": "1655", "genre": "Rock"},
    "is other music": {"pace": "165", "genre": "Polka\nFolk", "artist": "Ärzte", "date": "1999"},
    "has no pace": {"genre": "Rock", "date": "1975"},
}
LENGTHS = {"fits": 200, "is other music": 500}
WISHES: tuple[dict[str, Any], ...] = (
    {},
    {"genre": ["rock"]},
    {"genre": ["=rock"]},
    {"genre": ["polka", "hard"]},
    {"artist": ["ac/dc"]},
    {"artist": ["(2)"]},
    {"year": ["1970..1979"]},
    {"year": ["..1998"]},
    {"max_length": "6:00"},
    {"query": ["genre:rock ^artist:legs"]},
    {"exclude": ["genre:rock"]},
    {"genre": [":^h"]},
)
SEARCH = """
import json, sys
import quodlibet
quodlibet.init_cli()
from quodlibet.formats import AudioFile
from quodlibet.query import Query
songs, queries = json.load(sys.stdin)
made = [AudioFile({"~filename": "/" + name, **tags}) for name, tags in songs.items()]
found = []
for text in queries:
    query = Query(text)
    found.append([query.type.name, [song["~filename"][1:] for song in made if query.search(song)]])
json.dump(found, sys.stdout)
"""


def main() -> None:
    """Print what is found."""
    songs = {name: {**tags, "~#length": LENGTHS.get(name, 300)} for name, tags in SONGS.items()}
    queries = [
        query_of(rules_of("x", cadence=165, tolerance=0.02, limit=None, filters=wish))[0]
        for wish in WISHES
    ]
    done = subprocess.run(
        ["/usr/bin/python3", "-c", SEARCH],
        input=json.dumps([songs, queries]),
        capture_output=True,
        text=True,
        check=True,
    )
    for query, (kind, found) in zip(queries, json.loads(done.stdout), strict=True):
        sys.stdout.write(f"{kind}: {query}\n    {', '.join(found) or 'nothing'}\n")


if __name__ == "__main__":
    main()

"""Options that choose among songs, for every command that takes some of them."""

from typing import TYPE_CHECKING, Annotated

import typer

from pacetag.tagger.commands.completing import albums, artists, genres

if TYPE_CHECKING:
    from pacetag.db.records import Condition

GenreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--genre",
        metavar="TEXT",
        autocompletion=genres,
        help="Only genres with this text; several: any.",
    ),
]
ArtistOption = Annotated[
    list[str] | None,
    typer.Option(
        "--artist",
        metavar="TEXT",
        autocompletion=artists,
        help="Only artists with this text, of album or song.",
    ),
]
AlbumOption = Annotated[
    list[str] | None,
    typer.Option(
        "--album", metavar="TEXT", autocompletion=albums, help="Only albums with this text."
    ),
]
YearOption = Annotated[
    list[str] | None,
    typer.Option("--year", metavar="YEARS", help="Only these years: 1999, 1970..1979, ..1985."),
]
PathOption = Annotated[
    list[str] | None, typer.Option("--path", metavar="PATH", help="Only songs in this folder.")
]
AddedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--added", metavar="DATES", help="Only songs first scanned then: 2024, 2024-05.., -2w.."
    ),
]
MinLengthOption = Annotated[
    str | None, typer.Option("--min-length", metavar="TIME", help="No song shorter than, as 2:00.")
]
MaxLengthOption = Annotated[
    str | None, typer.Option("--max-length", metavar="TIME", help="No song longer than, as 6:00.")
]
QueryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--query",
        metavar="QUERY",
        help="Only what a query finds, in beets' language: 'genre:rock ^artist:x year:1970..1979'.",
    ),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="QUERY", help="Nothing that this query finds."),
]


def condition_of(
    *,
    genre: list[str] | None = None,
    artist: list[str] | None = None,
    album: list[str] | None = None,
    year: list[str] | None = None,
    path: list[str] | None = None,
    added: list[str] | None = None,
    min_length: str | None = None,
    max_length: str | None = None,
    query: list[str] | None = None,
    exclude: list[str] | None = None,
) -> "Condition":
    """Return what the options ask of songs. Raises UsageError."""
    from pacetag.db.records import EVERY_SONG

    given = (genre, artist, album, year, path, added, min_length, max_length, query, exclude)
    if not any(given):
        return EVERY_SONG
    from pacetag.tagger.filters.options import FilterOptions, filter_condition

    options = FilterOptions(
        genre=genre or (),
        artist=artist or (),
        album=album or (),
        year=year or (),
        path=path or (),
        added=added or (),
        query=query or (),
        exclude=exclude or (),
        min_length=min_length,
        max_length=max_length,
    )
    return filter_condition(options)

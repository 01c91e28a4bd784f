"""Songs of one artist stand as far apart as they can, and the best come first otherwise."""

import itertools
import random

from pacetag.tagger.playlist.spacing import TOGETHER, spaced


def _spaced(text: str) -> str:
    """Artists by letter, the best song first; a dot is a song without an artist."""
    order = spaced(list(enumerate(text)), lambda one: one[1].replace(".", ""))
    assert sorted(order) == list(enumerate(text))
    for name in set(text):  # an artist's songs keep their order
        places = [place for place, each in order if each == name]
        assert places == sorted(places)
    return "".join(each for _, each in order)


def _distance(text: str) -> int:
    """The least distance of two songs of one artist."""
    pairs = itertools.combinations(range(len(text)), 2)
    return min((b - a for a, b in pairs if text[a] == text[b] != "."), default=len(text))


def test_a_list_without_repeats_stays_as_it_is() -> None:
    assert _spaced("abcdef") == "abcdef"
    assert _spaced("...a..") == "...a.."
    assert _spaced("") == ""


def test_an_artist_is_spread_over_the_whole_list() -> None:
    assert _spaced("aabcdef") == "abcdefa"
    assert _spaced("aaabcdefg") == "abcdaefga"
    assert _spaced("bbaaxyz") in ("baxyzba", "baxyzab")


def test_an_artist_with_most_of_the_songs_stands_beside_itself_only_where_it_must() -> None:
    assert _spaced("aaabb") == "ababa"
    assert _spaced("bbaaa") == "ababa"
    assert _spaced("aaaa") == "aaaa"


def test_no_order_has_a_wider_distance() -> None:
    draw = random.Random(2)
    for _ in range(150):
        text = "".join(draw.choice("aaabbc.") for _ in range(draw.randrange(2, 8)))
        best = max(_distance("".join(each)) for each in itertools.permutations(text))

        assert _distance(_spaced(text)) == best, text


def test_long_lists_have_no_artist_twice_in_a_row() -> None:
    draw = random.Random(3)
    names = [draw.choice("aaaabcdefghijk") for _ in range(2 * TOGETHER + 60)]

    order = spaced(names, str)

    assert sorted(order) == sorted(names)
    assert all(one != other for one, other in itertools.pairwise(order))

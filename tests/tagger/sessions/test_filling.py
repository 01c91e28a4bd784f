"""The filling of a run: equal to brute force, no worse than an exact solver, and what it keeps."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from pacetag.tagger.playlist.entries import WITHIN
from pacetag.tagger.sessions.filling import Filling, fill
from pacetag.tagger.sessions.losses import MISS, PERFECT, closeness, fits, loss_of
from pacetag.tagger.sessions.stretches import Kind, Offer, Stretch


def offers(rng: random.Random, count: int, cadence: float, name: str = "p") -> list[Offer]:
    found = []
    for number in range(count):
        pace = cadence * (1 + rng.uniform(-0.04, 0.04))
        found.append(
            Offer(
                piece=f"{name}{number:03}",
                artist=rng.choice(["", *(f"artist {n}" for n in range(max(1, count // 2)))]),
                seconds=rng.uniform(60, 300),
                enters=pace,
                leaves=pace,
                worth=rng.uniform(0.5, 1),
            )
        )
    return found


def stretch(
    seconds: float,
    found: Sequence[Offer],
    first: float,
    last: float | None = None,
    *,
    exact: bool = False,
) -> Stretch:
    return Stretch(
        blocks=range(1),
        seconds=seconds,
        first=first,
        last=first if last is None else last,
        tolerance=0.04,
        offers=tuple(found),
        exact=exact,
    )


def small(seed: int, *, exact: bool = False) -> list[Stretch]:
    """One to three stretches that share a pool of up to five songs."""
    rng = random.Random(seed)
    count = rng.choice([1, 2, 2, 3])
    pool = offers(rng, rng.randrange(0, 6 - (count > 2)), 165)
    made = []
    for _ in range(count):
        mine = [offer for offer in pool if rng.random() < 0.8]
        sums = [
            sum(o.seconds for o in part)
            for size in range(1, 4)
            for part in itertools.combinations(mine, size)
        ]
        seconds = rng.choice(sums) + rng.uniform(-25, 25) if sums else 200.0
        last = rng.choice([None, 168])
        made.append(stretch(max(30.0, seconds), mine, 165, last, exact=exact))
    return made


def fillings(
    stretches: Sequence[Stretch], seen: frozenset[str] = frozenset()
) -> Iterator[list[tuple[Offer, ...]]]:
    """Every way to put songs into the stretches."""
    if not stretches:
        yield []
        return
    free = [offer for offer in stretches[0].offers if offer.piece not in seen]
    for size in range(len(free) + 1):
        for part in itertools.permutations(free, size):
            for rest in fillings(stretches[1:], seen | {offer.piece for offer in part}):
                yield [part, *rest]


def is_met(stretches: Sequence[Stretch], filling: Filling) -> bool:
    return all(
        abs(sum(offer.seconds for offer in picks) - each.seconds) <= WITHIN
        for each, picks in zip(stretches, filling.picks, strict=True)
    )


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_of_few_songs_it_finds_what_brute_force_finds(seed: int, exact: bool) -> None:
    stretches = small(seed, exact=exact)
    losses = [loss_of(stretches, picks) for picks in fillings(stretches)]

    found = fill(stretches)

    assert found.is_best
    assert found.loss == pytest.approx(loss_of(stretches, found.picks))
    assert found.loss == pytest.approx(min(loss for loss in losses if loss is not None))


def solved(stretches: Sequence[Stretch], *, priced: bool) -> float | None:
    """The least loss of songs alone, without order, of an exact solver; None: none is in time."""
    pieces = sorted({offer.piece for each in stretches for offer in each.offers})
    size, places = len(pieces), range(len(stretches))
    rows = np.zeros((size + len(stretches), size * len(stretches)))
    costs = np.zeros(size * len(stretches))
    most = np.zeros(size * len(stretches))
    for place in places:
        for offer in stretches[place].offers:
            column = place * size + pieces.index(offer.piece)
            rows[pieces.index(offer.piece), column] = most[column] = 1
            rows[size + place, column] = offer.seconds
            worth = offer.worth * closeness(offer.enters, stretches[place].first, 0.04)
            costs[column] = priced * offer.seconds / 60 * (PERFECT - worth)
    lasting = [each.seconds for each in stretches]
    low = [0.0] * size + [seconds - WITHIN for seconds in lasting]
    high = [1.0] * size + [seconds + WITHIN for seconds in lasting]
    done = milp(
        costs,
        constraints=LinearConstraint(rows, low, high),
        integrality=np.ones_like(costs),
        bounds=Bounds(0, most),
    )
    return float(done.fun) if done.status == 0 else None


@pytest.mark.parametrize("seed", range(24))
def test_stretches_that_compete_for_songs_are_filled_in_time_where_that_can_be(seed: int) -> None:
    rng = random.Random(seed)
    pool = offers(rng, rng.randrange(8, 16), 165)
    count = rng.randrange(1, 4)
    whole = sum(offer.seconds for offer in pool)
    stretches = [
        stretch(whole * rng.uniform(0.5, 0.9) / count, [o for o in pool if rng.random() < 0.8], 165)
        for _ in range(count)
    ]

    found = fill(stretches)

    assert is_met(stretches, found) == (found.loss < MISS)
    if solved(stretches, priced=False) is not None:
        assert is_met(stretches, found)


@pytest.mark.parametrize("seed", range(6))
def test_its_songs_lose_hardly_more_than_the_best_without_any_order(seed: int) -> None:
    """The bound: 5 % of the run, though it keeps artists and tempos apart as well."""
    rng = random.Random(seed)
    stretches = [stretch(1800, offers(rng, 60, 165), 165)]
    least = solved(stretches, priced=True)
    assert least is not None

    found = fill(stretches)

    assert found.loss <= least + 0.05 * 1800 / 60


@pytest.mark.parametrize("seed", range(8))
def test_what_always_holds(seed: int) -> None:
    rng = random.Random(seed)
    slow, quick = offers(rng, 40, 150, "s"), offers(rng, 40, 165, "q")
    stretches = [
        stretch(600, slow, 150),
        stretch(900, quick, 165),
        stretch(600, [*slow, *quick], 150, 165),
        stretch(700, quick, 165),
    ]

    found = fill(stretches)
    again = fill(stretches)

    assert found == again
    assert is_met(stretches, found)
    played = [offer.piece for picks in found.picks for offer in picks]
    assert len(set(played)) == len(played)
    for each, picks in zip(stretches, found.picks, strict=True):
        time = 0.0
        for offer in picks:
            assert fits(offer.enters, each.cadence_at(time + offer.seconds / 2), 0.04)
            time += offer.seconds
        if each.first == each.last:
            steps = itertools.pairwise(offer.enters for offer in picks)
            assert all(abs(one - other) <= 3 + 1e-9 for one, other in steps)
    names = [offer.artist for picks in found.picks for offer in picks]
    assert not any(one and one == other for one, other in itertools.pairwise(names))


def test_a_ramp_rises_as_the_plan_does() -> None:
    rng = random.Random(4)
    pool = [
        offer
        for cadence in (150, 155, 160, 165)
        for offer in offers(rng, 30, cadence, f"{cadence} ")
    ]

    (picks,) = fill([stretch(1500, pool, 150, 165)]).picks

    paces = [offer.enters for offer in picks]
    assert paces[-1] - paces[0] > 8
    assert all(later > earlier - 2 for earlier, later in itertools.pairwise(paces))


def test_songs_that_are_stretched_fill_by_their_new_lengths_and_do_not_jump() -> None:
    rng = random.Random(6)
    pool = [replace(offer, enters=159, leaves=159) for offer in offers(rng, 15, 165, "slow")]
    pool += [replace(offer, enters=171, leaves=171) for offer in offers(rng, 15, 165, "quick")]

    found = fill([stretch(1500, pool, 165, exact=True)])
    ramp = fill([stretch(1500, pool, 162, 168, exact=True)])

    assert sum(o.seconds * o.enters / 165 for o in found.picks[0]) == pytest.approx(1500, abs=15)
    assert {offer.enters for offer in found.picks[0]} == {159, 171}
    assert found.loss < 1500 / 60
    assert ramp.loss == pytest.approx(
        loss_of([stretch(1500, pool, 162, 168, exact=True)], ramp.picks)
    )


def test_a_quarter_of_an_hour_of_songs_that_all_last_three_to_four_minutes_is_met() -> None:
    """Only four long songs, or five short ones, last as long, and two stretches want them."""
    slow = [song(f"s{number}", 150, 180.0 + number) for number in range(60)]
    quick = [song(f"q{number}", 165, 180.0 + number) for number in range(60)]
    stretches = [stretch(900, slow, 150), stretch(1200, quick, 165), stretch(900, slow, 150)]

    assert is_met(stretches, fill(stretches))


def song(piece: str, pace: float, seconds: float) -> Offer:
    return Offer(piece=piece, artist=piece, seconds=seconds, enters=pace, leaves=pace, worth=0.9)


def test_a_stretch_without_songs_leaves_the_others_as_they_are() -> None:
    rng = random.Random(5)
    pool = offers(rng, 30, 165)

    found = fill([stretch(600, pool, 165), stretch(300, [], 90), stretch(600, pool, 165)])

    assert [bool(picks) for picks in found.picks] == [True, False, True]
    assert abs(sum(offer.seconds for offer in found.picks[2]) - 600) <= 2 * WITHIN


def test_one_song_may_serve_several_blocks_and_a_part_of_one_a_short_one() -> None:
    shared = Offer(piece="a", artist="", seconds=120, enters=180, leaves=160, worth=0.9)
    cut = Offer(piece="b", artist="", seconds=60, enters=181, leaves=181, worth=0.9)
    stretches = [
        Stretch(
            blocks=range(2),
            seconds=120,
            first=180,
            last=160,
            tolerance=0.04,
            kind=Kind.SHARED,
            offers=(shared,),
        ),
        Stretch(
            blocks=range(2, 3),
            seconds=60,
            first=180,
            last=180,
            tolerance=0.04,
            kind=Kind.CUT,
            offers=(cut,),
        ),
    ]

    found = fill(stretches)

    assert found.picks == ((shared,), (cut,))
    assert found.loss == pytest.approx(loss_of(stretches, found.picks))

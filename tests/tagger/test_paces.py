"""Paces as PACE shows them."""

from pacetag.tagger.paces import whole_paces


def test_whole_paces_are_rounded_as_people_do_and_come_once() -> None:
    assert whole_paces((86.5, 172.49, 171.6, 64.5)) == [87, 172, 65]

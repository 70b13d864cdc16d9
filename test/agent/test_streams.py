"""Streams: the same as TypeScript's where both derive them, and never one for two names."""

import random

import pytest
from reprise_agent.streams import Streams


# test/unit/determinism/policy.test.ts holds the same pairs.
@pytest.mark.parametrize("value, expected", [("abc1", "2629603153"), ("2a", "1716533288")])
def test_hash_seed_is_that_of_typescript(value, expected):
    assert Streams(value).hash_seed() == expected


def test_names_do_not_run_together():
    streams = Streams("1")
    assert streams.key("ab", "c") != streams.key("a", "bc")
    assert streams.key("a", 1) == streams.key("a", "1")


def test_bits_stay_below_their_bound_and_use_all_of_it():
    streams = Streams("1")
    values = [streams.bits(5, i) for i in range(2000)]
    assert set(values) == set(range(32))


def test_words_seed_a_generator_as_one_long_integer_would():
    words = Streams("1").words(4, "x")
    assert len(words) == 4 and all(0 <= word < 2**32 for word in words)
    assert random.Random(words[0]).random() != random.Random(words[1]).random()

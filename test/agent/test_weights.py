"""Digests of weights: whole up to 256 MiB, of a sample beyond."""

import numpy
from reprise_agent.training.digests import array_bytes
from reprise_agent.training.weights import WHOLE, Weight, digest_weights

LARGE = WHOLE // 4 + 1000  # float32


def weigh(*arrays, read=None):
    """The digest, and how many bytes it was made of."""
    taken = []

    def weight(array):
        def whole(pick):
            kind, content = array_bytes(array)
            parts = pick(content)
            taken.extend(len(part) for part in parts)
            return kind, parts

        return Weight(array.nbytes, read or whole)

    return digest_weights(map(weight, arrays)), sum(taken)


def test_all_bytes_count_up_to_a_size():
    array = numpy.zeros(WHOLE // 4, numpy.float32)
    found, taken = weigh(array)
    assert (found.sampled, taken) == (False, WHOLE)
    array[12_345_678] = 1
    assert weigh(array)[0].digest != found.digest


def test_beyond_it_the_same_places_count_of_the_same_shapes():
    array = numpy.zeros(LARGE, numpy.float32)
    found, taken = weigh(array)
    assert found.sampled
    assert 16 * 2**20 < taken < 64 * 2**20
    assert weigh(numpy.zeros(LARGE, numpy.float32))[0] == found
    for place in (0, -1):  # the first and the last number of every array are among them
        array[place] = 1
        assert weigh(array)[0] != found
        array[place] = 0
    assert weigh(array)[0] == found
    assert weigh(array + 1)[0] != found
    assert weigh(array.reshape(2, -1))[0] != found


def test_small_arrays_beside_large_ones_count_whole():
    large, bias = numpy.zeros(LARGE, numpy.float32), numpy.zeros(4000, numpy.float32)
    found, _ = weigh(large, bias, numpy.zeros(0))
    for place in (0, 2000, -1):
        bias[place] = 1
        assert weigh(large, bias, numpy.zeros(0))[0] != found
        bias[place] = 0


def test_what_cannot_be_read_has_no_digest():
    assert weigh(numpy.zeros(3), read=lambda pick: None)[0] is None

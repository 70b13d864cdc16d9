"""The global generators one by one: each can be given a stream of its own, saved, and put back."""

from __future__ import annotations

import hashlib
import random
import sys
from typing import Any, Callable, Optional

from ..streams import Streams
from . import numba_random, numpy_random, python_random, states
from .frameworks import torch_state
from .whole import whole_torch

_KERAS_2 = ("keras.src.backend", "keras.backend", "tf_keras.src.backend")
_KERAS_GLOBALS, _KERAS = "keras.src.backend.common.global_state", "global_seed_generator"


class Generator:
    """One global generator. `digest` tells two states apart; it is None where a state cannot be had, nor put back."""

    source: str
    module: str  # the generator is there once this module is imported

    @property
    def is_loaded(self) -> bool:
        return self.module in sys.modules

    def seed(self, streams: Streams, *name: object) -> None:
        raise NotImplementedError

    def save(self) -> Any:
        return None

    def put(self, state: Any) -> None:
        """Leaves a generator whose state could not be saved as it is."""

    def digest(self) -> Optional[str]:
        return None


class Python(Generator):
    """`random`, and Keras' generator with it, which is seeded from there when it is first drawn from."""

    source, module = python_random.GLOBAL, "random"

    def seed(self, streams: Streams, *name: object) -> None:
        states.put_python((3, (*streams.words(624, *name, self.source), 624), None))
        if self.keras is not None:
            self.keras.state.assign([keras_seed(streams, *name), 0])
        _put_keras_2(None)

    @property
    def keras(self) -> Any:
        """None before the first draw from it."""
        found = sys.modules.get(_KERAS_GLOBALS)
        return None if found is None else found.get_global_attribute(_KERAS)  # type: ignore[attr-defined]

    def save(self) -> Any:
        keras = self.keras
        return random.getstate(), None if keras is None else _array(keras.state), _keras_2_state()

    def put(self, state: Any) -> None:
        python, keras, keras_2 = state
        states.put_python(python)
        _put_keras_2(keras_2)
        if self.keras is not None:
            if keras is None:
                sys.modules[_KERAS_GLOBALS].set_global_attribute(_KERAS, None)  # type: ignore[attr-defined]
            else:
                self.keras.state.assign(keras)

    def digest(self) -> Optional[str]:
        python, keras, keras_2 = self.save()
        held = () if keras_2 is None else (keras_2,)
        return _sha(python, None if keras is None else keras.tobytes(), *held)


class Numpy(Generator):
    source, module = numpy_random.GLOBAL, "numpy.random"

    def seed(self, streams: Streams, *name: object) -> None:
        numpy = sys.modules["numpy"]
        words = numpy.frombuffer(streams.bytes(4 * 624, *name, self.source), dtype=">u4").astype("u4")
        inner = {"key": words, "pos": 624}
        self.put({"bit_generator": "MT19937", "state": inner, "has_gauss": 0, "gauss": 0.0})

    def save(self) -> Any:
        return sys.modules["numpy.random"].get_state(legacy=False)  # type: ignore[attr-defined]

    def put(self, state: Any) -> None:
        sys.modules["numpy.random.mtrand"]._rand.set_state(state)  # type: ignore[attr-defined]

    def digest(self) -> Optional[str]:
        return states.digests().get(self.source)


class Torch(Generator):
    """The processor's and those of CUDA. Seeding before CUDA is started waits for it there, as torch does it."""

    source, module = "torch", "torch"

    @property
    def is_loaded(self) -> bool:
        return whole_torch() is not None

    def seed(self, streams: Streams, *name: object) -> None:
        _unwatched(sys.modules["torch"].manual_seed)(streams.bits(63, *name, self.source))  # type: ignore[attr-defined]

    def save(self) -> Any:
        torch: Any = sys.modules["torch"]
        started = torch.cuda.is_initialized()
        cuda = [each.get_state() for each in torch.cuda.default_generators] if started else []
        return torch.default_generator.get_state(), cuda

    def put(self, state: Any) -> None:
        torch: Any = sys.modules["torch"]
        processor, cuda = state
        torch.default_generator.set_state(processor)
        if not torch.cuda.is_initialized():
            return
        for at, generator in enumerate(torch.cuda.default_generators):
            if at < len(cuda):
                generator.set_state(cuda[at])
            else:
                # CUDA was not started yet: it begins with the seed that the processor's generator was given.
                generator.manual_seed(torch.default_generator.initial_seed())

    def digest(self) -> Optional[str]:
        return _sha(torch_state())


class Tensorflow(Generator):
    """The stream from which operations take their seeds, and the counters of those that have one already."""

    source, module = "tensorflow", "tensorflow"

    @property
    def is_loaded(self) -> bool:
        return hasattr(getattr(sys.modules.get("tensorflow"), "random", None), "set_seed")

    def seed(self, streams: Streams, *name: object) -> None:
        _unwatched(sys.modules["tensorflow"].random.set_seed)(streams.bits(31, *name, self.source))  # type: ignore[attr-defined]

    def save(self) -> Any:
        context = _tensorflow_context()
        rng = getattr(context, "_rng", None)
        return None if rng is None else (context._seed, rng.getstate())

    def put(self, state: Any) -> None:
        if state is not None:
            seed, rng = state
            context = _tensorflow_context()
            context._set_global_seed(seed)
            context._rng.setstate(rng)

    def digest(self) -> Optional[str]:
        state = self.save()
        return None if state is None else _sha(state)


class Polars(Generator):
    source, module = "polars", "polars"

    @property
    def is_loaded(self) -> bool:
        return hasattr(sys.modules.get("polars"), "set_random_seed")

    def seed(self, streams: Streams, *name: object) -> None:
        _unwatched(sys.modules["polars"].set_random_seed)(streams.bits(63, *name, self.source))  # type: ignore[attr-defined]


class Numba(Generator):
    source, module = numba_random.SOURCE, "numba._helperlib"

    def seed(self, streams: Streams, *name: object) -> None:
        numba_random.seed(streams, *name)

    def save(self) -> Any:
        return numba_random.save()

    def put(self, state: Any) -> None:
        numba_random.put(state)

    def digest(self) -> Optional[str]:
        return states.digests().get(self.source)


PYTHON, TENSORFLOW = Python(), Tensorflow()
GENERATORS = (PYTHON, Numpy(), Torch(), TENSORFLOW, Polars(), Numba())


def keras_seed(streams: Streams, *name: object) -> int:
    return streams.bits(31, *name, "keras")


def _keras_2() -> Any:
    """What holds the generator that Keras 2 draws from instead of `random` once `set_random_seed` was called."""
    found = (getattr(sys.modules.get(name), "_SEED_GENERATOR", None) for name in _KERAS_2)
    return next((each for each in found if each is not None), None)


def _keras_2_state() -> Any:
    generator = getattr(_keras_2(), "generator", None)
    return None if generator is None else generator.getstate()


def _put_keras_2(state: Any) -> None:
    held = _keras_2()
    if held is None:
        return
    held.generator = None if state is None else random.Random(0)
    if state is not None:
        held.generator.setstate(state)


def _array(variable: Any) -> Any:
    return sys.modules["keras"].ops.convert_to_numpy(variable)  # type: ignore[attr-defined]


def _tensorflow_context() -> Any:
    return getattr(sys.modules.get("tensorflow.python.eager.context"), "_context", None)


def _unwatched(function: Callable[..., Any]) -> Callable[..., Any]:
    return getattr(function, "__wrapped__", function)


def _sha(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()

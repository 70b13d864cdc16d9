"""The same bytes as TypeScript: vectors that both sides check."""

import json
import pathlib

import pytest
from reprise_agent.jcs import canonical_json
from reprise_agent.outputs import digest_form, raw_form

VECTORS = json.loads((pathlib.Path(__file__).parents[1] / "vectors" / "raw.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_raw_and_layout_digests_are_those_of_typescript(vector):
    outputs = vector["outputs"]
    assert digest_form(raw_form(outputs))[0] == vector["raw"]
    assert digest_form(raw_form(outputs, across_displays=False))[0] == vector["layout"]


# RFC 8785, appendix B: IEEE doubles and their ECMAScript form.
@pytest.mark.parametrize(
    "bits, text",
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
    ],
)
def test_numbers_have_their_ecmascript_form(bits, text):
    import struct

    assert canonical_json(struct.unpack(">d", bytes.fromhex(bits))[0]).decode() == text


def test_nan_is_refused():
    with pytest.raises(ValueError):
        canonical_json(float("nan"))

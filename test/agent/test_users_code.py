"""Code of users that goes on as it would without Reprise, and whose record is whole."""


def faults(ran):
    return [fault for cell in ran.cells for fault in cell["faults"]]


def test_a_class_whose_methods_say_super_is_read_whole(run):
    made = "class Model:\n    def __init__(self):\n        super().__init__()\n        self.rate = 1\n"
    ran = run(made, "model = Model(); print(model.rate)")
    assert ran.text(1) == "1\n"
    assert faults(ran) == []

from random import Random

from mockserver.api.model.values.choices import Choices


def test_all_combinations():
    """All combinations are taken, before any is drawn; then it is known that they were all."""
    choices, seen = Choices(Random(1)), []
    for _ in range(6):
        choices.again(light=False)
        seen.append((choices.one_of("ab"), choices.one_of("xyz")))
        assert not choices.all_tried
    assert len(set(seen)) == 6
    for _ in range(6):
        choices.again(light=False)
    assert choices.all_tried


def test_among():
    """The first is drawn among those that are likelier, and is the first where one is."""
    for seed in range(9):
        choices = Choices(Random(seed))
        choices.again(light=False)
        assert choices.one_of(["text", "null"], 1) == "text"


def test_light():
    """Every other attempt takes what says little."""
    choices = Choices(Random(1))
    lights = []
    for _ in range(4):
        choices.again(light=False)
        lights.append(choices.light)
    assert lights == [False, True, False, True]

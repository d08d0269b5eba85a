from random import Random

from mockserver.api.model.values.budget import Budget
from mockserver.api.model.values.maker import Maker
from mockserver.api.model.values.making import Making
from mockserver.api.model.values.mentions import Mentions


def test_maker_is_one():
    """The whole search is what the makers of its parts need."""
    making: Making = Maker({}, Random(1), Budget(100), Mentions())
    assert making.make({"const": 1}, 0) == 1
    assert making.fail("why").why == "why"

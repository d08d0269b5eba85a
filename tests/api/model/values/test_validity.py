from random import Random

from mockserver.api.model.values.budget import Budget
from mockserver.api.model.values.validity import Validity

from .satisfiable import satisfiable, validator, value


def test_as_jsonschema_does():
    """What is allowed is what jsonschema allows, for values of all kinds."""
    seen = {True: 0, False: 0}
    for number, schema in satisfiable(150):
        validity = Validity(schema, Budget(10**6))
        for at in range(8):
            one = value(Random(f"{number}/{at}"))
            allowed = validity.allows(schema, one)
            assert allowed is validator(schema).is_valid(one), (schema, one)
            seen[allowed] += 1
    assert min(seen.values()) > 50

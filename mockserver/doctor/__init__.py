"""
Looks for mistakes in the environment and in code, before a request is sent.

What the API would refuse is looked up in ``mockserver.verdicts.mistakes``. What only shows when
something goes wrong (no time-out, say) has rules of its own here.
"""

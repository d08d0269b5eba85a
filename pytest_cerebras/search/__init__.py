"""
The search: runs a test under stories of faults, and finds the shortest story that breaks the test.

A story is a list of faults, each for one request of the test. A trouble is a kind of fault with its
parameters. The modules that choose, judge and shrink stories are pure; ``searching`` and
``replaying`` run tests.
"""

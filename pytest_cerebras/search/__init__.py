"""
The search: plays a test under stories of faults, and looks for the shortest story that breaks it.

A story is a list of faults, each for one request of the test. The modules that choose, judge and
shrink stories are pure; ``searching`` and ``replaying`` run tests.
"""

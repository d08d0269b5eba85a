"""
The mutation: changes what the API says, and finds the tests that would not notice.

``changes`` and ``mutations`` are pure functions that define the changes. ``claims`` reads the
assertions of a test, and ``judging`` judges a test by its runs. ``runs`` and ``mutating`` run
tests.
"""

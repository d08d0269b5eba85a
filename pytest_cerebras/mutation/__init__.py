"""
The mutation: changes what the API says, and finds the tests that would not notice.

``changes`` and ``mutations`` are pure: they say what is changed. ``claims`` reads what a test
asserts, ``judging`` decides what a test's runs say about it. ``runs`` and ``mutating`` run tests.
"""

"""
The mutation: changes the answers of the API, and finds the tests that do not notice.

The modules ``changes`` and ``mutations`` define the changes, without side effects. ``claims`` reads
the assertions of a test, and ``judging`` judges a test by its runs. ``runs`` and ``mutating`` run
tests.
"""

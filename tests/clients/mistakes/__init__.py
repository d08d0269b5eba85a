"""
The set-up mistakes, made by real clients over real sockets.

Each module has ``MADE``: by the name of a mistake, a function that makes it against the root URL of
a mock and swallows the client's own error. A name may be followed by a space and the way in which
it is made, where there are several. ``EDITIONS`` has the editions of those that do not show with
the default one. ``UNSENT`` has the mistakes of which no request comes: a function that makes one
and returns the client's own words.
"""

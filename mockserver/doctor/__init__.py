"""
Looks for mistakes in the environment and in code, before a request is sent.

Mistakes that the API would refuse are rows of ``mockserver.verdicts.mistakes``. Mistakes that show
only when something goes wrong, such as a missing time-out, have their own rules here.
"""

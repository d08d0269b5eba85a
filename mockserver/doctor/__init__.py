"""
Looks for mistakes in the environment and in code, before a request is sent.

Mistakes that make the API refuse a request are rows of ``mockserver.verdicts.mistakes``. Mistakes
that matter only when something goes wrong, such as a missing time-out, have their own rules in this
package.
"""

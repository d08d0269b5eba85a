"""
Guards a Python child process of a test, and redirects it to the mock if variables say so.

Python imports this module when a child starts with the variables of ``cerebras_mock.env()``. Python
imports only the first ``sitecustomize`` that it finds. So this module imports the next one, because
the environment may need it.
"""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_HOOKS_SINCE = (3, 8)


def _guard() -> None:
    if sys.version_info >= _HOOKS_SINCE:
        __import__("cerebras_guard").guard_child()  # of this folder
        if "CEREBRAS_MOCK_REDIRECT" in os.environ:
            __import__("cerebras_redirect").redirect_child()


def _run_the_next() -> None:
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or os.curdir) != _HERE]
    this = sys.modules.pop(__name__)
    try:
        __import__(__name__)
    except ImportError as error:
        sys.modules[__name__] = this
        if error.name != __name__:
            raise


try:
    _guard()
finally:
    _run_the_next()

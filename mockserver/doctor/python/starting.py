"""Finds clients that are made too early."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mockserver.doctor.rules import explained

from .clients import MadeClient
from .matter import Matter, Noticed
from .source import Source
from .values import known, text_of

_SCRIPTS = frozenset({"streamlit", "gradio", "chainlit", "marimo", "IPython"})
"""A file that imports one of these is a script, which runs from top to bottom."""
_PREPARES = frozenset({"load_dotenv"})
_STARTS = frozenset(
    {"create", "invoke", "kickoff", "launch", "mainloop", "run", "run_sync", "serve", "start"}
)
"""Methods that start the work of a script."""


def clients_at_import(matter: Matter) -> Iterator[Noticed]:
    """Notice clients that need the environment when their module is imported."""
    source = matter.source
    made = [one for one in matter.clients if one.is_ours and one.library.reads_key]
    early = [one for one in made if _at_import(source, one)]
    if early and not _is_script(source):
        yield from ((one.call, explained("client-at-import")) for one in early)


def _at_import(source: Source, made: MadeClient) -> bool:
    statement = source.parents[made.call]
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return False
    top = source.parents[statement] is source.tree
    return top and _reads_environment(source, made)


def _is_script(source: Source) -> bool:
    """Return whether a file is a script, which does its work at module level."""
    roots = {name.partition(".")[0] for name in source.imported.values()}
    return not roots.isdisjoint(_SCRIPTS) or any(_works(one) for one in source.tree.body)


def _works(statement: ast.stmt) -> bool:
    match statement:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name not in _PREPARES  # such as print(...) or main()
        case (
            ast.Expr(value=ast.Call(func=ast.Attribute(attr=name)))
            | ast.Assign(value=ast.Call(func=ast.Attribute(attr=name)))
        ):
            return name in _STARTS
        case ast.Expr(value=ast.Await()) | ast.For() | ast.While() | ast.With():
            return True
        case _:
            return False


def _reads_environment(source: Source, made: MadeClient) -> bool:
    """Return whether a client takes its API key from the environment when it is made."""
    key = made.argument(made.library.key)
    if key is None:
        return made.library.reads_key and not made.sets(*made.library.key)
    found = known(source, key)
    return found is not None and bool(found.variable) and not text_of(source, key)

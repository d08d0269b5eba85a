"""The tree of a file, with what is needed to walk it upwards and to look names up."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*FUNCTIONS, ast.Lambda, ast.ClassDef, ast.Module)
_DEEPEST = 12
_LONGEST_WORD = 40


@dataclass
class Source:
    """
    A file of Python: its tree, its calls, and what is bound to which name.

    ``bound`` has for each scope and name the expressions that the name is set to; None stands for
    a value that nobody can tell, a parameter's for example. An attribute of ``self`` is a name of
    its class. ``functions`` has what is defined, by where it stands. ``imported`` has the full
    name of what is imported, by the name it gets here; it is empty if there are two. ``words`` are
    the names that the code uses, and its short strings.
    """

    text: str
    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict[ast.AST, ast.AST])
    words: set[str] = field(default_factory=set[str])
    calls: list[ast.Call] = field(default_factory=list[ast.Call])
    functions: dict[tuple[ast.AST, str], list[Function]] = field(
        default_factory=lambda: defaultdict(list)
    )
    imported: dict[str, str] = field(default_factory=dict[str, str])
    bound: dict[tuple[ast.AST, str], list[ast.expr | None]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @classmethod
    def of(cls, text: str) -> Source:
        """
        Parse a file.

        Raises SyntaxError or ValueError for what is no Python, RecursionError for what is nested
        too deeply.
        """
        source = cls(text, ast.parse(text))
        for node in ast.walk(source.tree):
            for child in ast.iter_child_nodes(node):
                source.parents[child] = node
        for node in ast.walk(source.tree):
            source._note(node)
        return source

    def says(self, *words: str) -> bool:
        """Return whether the code, not a comment or docstring, has one of these words in a name."""
        return any(word in one for one in self.words for word in words)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what a node stands in, the nearest first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def scope(self, node: ast.AST) -> ast.AST:
        """Return the function, class or module that a node stands in."""
        return next((one for one in self.above(node) if isinstance(one, _SCOPES)), self.tree)

    def function(self, node: ast.AST) -> Function | None:
        """Return the function that a node is run in; None at the level of the module."""
        scopes = (one for one in self.above(node) if isinstance(one, (*FUNCTIONS, ast.Lambda)))
        nearest = next(scopes, None)
        return nearest if isinstance(nearest, FUNCTIONS) else None

    def value_of(self, node: ast.expr) -> ast.expr | None:
        """Return the only expression that a name or attribute of ``self`` is set to, or None."""
        name = _name(node)
        if not name:
            return None
        for scope in (node, *self.above(node)):
            if isinstance(scope, ast.ClassDef) and "." not in name:
                continue  # a method does not see the names of its class
            found = self.bound.get((scope, name))
            if found is not None:
                return found[0] if len(found) == 1 else None
        return None

    def made_by(self, node: ast.expr | None) -> ast.Call | None:
        """Return the call that makes a value, seen through names and functions that return it."""
        for _ in range(_DEEPEST):
            if isinstance(node, (ast.Name, ast.Attribute)):
                node = self.value_of(node)
            elif isinstance(node, ast.Call):
                returned = self._returned(node)
                if returned is None:
                    return node
                node = returned
            else:
                return None
        return None

    def _returned(self, call: ast.Call) -> ast.expr | None:
        """Return all that a function of this file returns, if it is one expression."""
        name = _name(call.func)
        owner: ast.AST | None = self.tree
        if name.startswith(("self.", "cls.")):
            owner = next((one for one in self.above(call) if isinstance(one, ast.ClassDef)), None)
        found = self.functions.get((owner, name.rpartition(".")[2]), []) if owner and name else []
        if len(found) != 1 or isinstance(found[0], ast.AsyncFunctionDef):
            return None
        returns = [
            one
            for one in ast.walk(found[0])
            if isinstance(one, (ast.Return, ast.Yield, ast.YieldFrom))
        ]
        only = returns[0] if len(returns) == 1 else None
        return only.value if isinstance(only, ast.Return) else None

    def full_name(self, node: ast.expr) -> str:
        """Return the name by which an expression is imported, such as ``openai.OpenAI``."""
        parts = list[str]()
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or self._is_redefined(node):
            return ""
        full = self.imported.get(node.id, "")
        return ".".join((full, *reversed(parts))) if full else ""

    def _is_redefined(self, node: ast.Name) -> bool:
        """Return whether a name is set to something else too, other than None for a lack of it."""
        for scope in self.above(node):
            values = self.bound.get((scope, node.id))
            if values is not None:
                return any(
                    not (isinstance(one, ast.Constant) and one.value is None) for one in values
                )
        return False

    def _note(self, node: ast.AST) -> None:
        self.words.update(
            value
            for value in (getattr(node, name, None) for name in ("id", "attr", "arg", "value"))
            if isinstance(value, str) and len(value) < _LONGEST_WORD
        )
        match node:
            case ast.Call():
                self.calls.append(node)
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                self._bind(target, node.value)
            case ast.Name(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store()):
                if not self._is_only_target(node):
                    self._bind(node, None)
            case ast.arg():
                self.bound[self.parents[self.parents[node]], node.arg].append(None)
            case _:
                self._note_names(node)

    def _note_names(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.functions[self.parents[node], name].append(node)
            case ast.ClassDef(name=name):
                self.bound[self.scope(node), name].append(None)
            case ast.Global() | ast.Nonlocal():
                for name in node.names:
                    self.bound[self.scope(node), name].append(None)
                    self.bound[self.tree, name].append(None)
            case ast.ExceptHandler(name=str(name)):
                self.bound[self.scope(node), name].append(None)
            case _:
                pass

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        module = getattr(node, "module", None)
        if isinstance(node, ast.ImportFrom) and (module is None or node.level):
            module = "."  # of the same package: whatever it is, it is no library
        for one in node.names:
            first = one.name.partition(".")[0]
            if module is not None:
                name, full = one.asname or one.name, f"{module}.{one.name}"
            else:
                name, full = (one.asname, one.name) if one.asname else (first, first)
            self.imported[name] = full if self.imported.get(name, full) == full else ""

    def _is_only_target(self, node: ast.AST) -> bool:
        parent = self.parents[node]
        alone = isinstance(parent, ast.Assign) and parent.targets == [node]
        return alone or isinstance(parent, ast.AnnAssign)

    def _bind(self, target: ast.AST, value: ast.expr | None) -> None:
        name = _name(target)
        if not name:
            return
        scope: ast.AST = self.scope(target)
        if "." in name:
            scope = next(
                (one for one in self.above(target) if isinstance(one, ast.ClassDef)), scope
            )
        self.bound[scope, name].append(value)


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="self" | "cls" as owner), attr=attribute):
            return f"{owner}.{attribute}"
        case _:
            return ""

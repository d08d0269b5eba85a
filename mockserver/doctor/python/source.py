"""The syntax tree of a file, which can be walked upwards, and in which names can be looked up."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*FUNCTIONS, ast.Lambda, ast.ClassDef, ast.Module)
_BARE = frozenset({"arg", "attr", "ctx", "id", "kind", "level", "module", "op", "ops"})
"""Fields whose values are not nodes with a position."""
_DEEPEST = 12
_WORDS = ("id", "attr", "arg", "value")
_LONGEST_WORD = 40


@dataclass
class Source:
    """
    A file of Python: its tree, its calls, and the values of its names.

    ``nodes`` lists the nodes of the tree, parents first, so that the tree is walked only once. The
    list leaves out operators and contexts such as ``ast.Load``. ``settings`` are the assignments to
    a single name or attribute. ``reads`` has the nodes where each name is read.

    ``bound`` maps each scope and name to the expressions that are assigned to the name; None stands
    for an unknown value, such as the value of a parameter. An attribute of ``self`` counts as a
    name in the scope of the class. ``functions`` has the defined functions by scope and name.
    ``imported`` maps each local name to the full name of the imported object, or to "" if several
    objects are imported under that name.
    """

    text: str
    tree: ast.Module
    nodes: list[ast.AST] = field(default_factory=list[ast.AST])
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict[ast.AST, ast.AST])
    calls: list[ast.Call] = field(default_factory=list[ast.Call])
    settings: list[ast.Assign | ast.AnnAssign] = field(
        default_factory=list[ast.Assign | ast.AnnAssign]
    )
    reads: dict[str, list[ast.Name]] = field(default_factory=lambda: defaultdict(list))
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

        Raises SyntaxError or ValueError for a text that is not Python, and RecursionError for a
        text that is nested too deeply.
        """
        source = cls(text, ast.parse(text))
        source._walk()
        return source

    def says(self, *words: str) -> bool:
        """Return whether a name or short string of the code contains one of these words."""
        told = [word for word in words if word in self.text]
        return bool(told) and any(word in one for one in self.words for word in told)

    @cached_property
    def words(self) -> frozenset[str]:
        """The names in the code, and its short strings."""
        return frozenset(
            word
            for node in self.nodes
            for word in (getattr(node, name, None) for name in _WORDS)
            if isinstance(word, str) and len(word) < _LONGEST_WORD
        )

    @cached_property
    def named_calls(self) -> list[tuple[ast.Call, str]]:
        """The calls of imported objects, each with the object's full name."""
        found = ((call, self.full_name(call.func)) for call in self.calls)
        return [(call, name) for call, name in found if name]

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes that enclose a node, the nearest first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def scope(self, node: ast.AST) -> ast.AST:
        """Return the function, class or module that contains a node."""
        return next((one for one in self.above(node) if isinstance(one, _SCOPES)), self.tree)

    def function(self, node: ast.AST) -> Function | None:
        """Return the function that contains a node; None at module level and in a lambda."""
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
        """Return the call that made a value, tracing it back through names and functions."""
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
        """Return the only expression that a function of this file returns, or None."""
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
        full = self.imported.get(node.id, "") if isinstance(node, ast.Name) else ""
        if not full or not isinstance(node, ast.Name) or self._is_redefined(node):
            return ""
        return ".".join((full, *reversed(parts)))

    def _is_redefined(self, node: ast.Name) -> bool:
        """Return whether an imported name is also set to a value other than ``None``."""
        for scope in self.above(node):
            values = self.bound.get((scope, node.id))
            if values is not None:
                return any(
                    not (isinstance(one, ast.Constant) and one.value is None) for one in values
                )
        return False

    def _walk(self) -> None:
        """List each node after its parent, in the order of ``ast.walk``."""
        nodes, parents = self.nodes, self.parents
        nodes.append(self.tree)
        for node in nodes:  # the list grows meanwhile
            for name in _with_nodes(node._fields):
                value = getattr(node, name, None)
                for child in value if type(value) is list else (value,):
                    if isinstance(child, ast.AST):
                        parents[child] = node
                        nodes.append(child)
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.Name() | ast.Attribute():
                self._note_use(node)
            case ast.Call():
                self.calls.append(node)
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                self.settings.append(node)
                self._bind(target, node.value)
            case ast.arg(arg=name):
                self.bound[self.parents[self.parents[node]], name].append(None)
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case ast.stmt() | ast.ExceptHandler():
                self._note_names(node)
            case _:
                pass

    def _note_use(self, node: ast.Name | ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load):
            if isinstance(node, ast.Name):
                self.reads[node.id].append(node)
            return
        is_bound = isinstance(node, ast.Name) or isinstance(node.ctx, ast.Store)
        if is_bound and not self._is_only_target(node):
            self._bind(node, None)

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
            module = "."  # from the same package, so it is not a library
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


@cache
def _with_nodes(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in fields if name not in _BARE)


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="self" | "cls" as owner), attr=attribute):
            return f"{owner}.{attribute}"
        case _:
            return ""

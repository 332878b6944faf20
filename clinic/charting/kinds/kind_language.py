"""The small language of conditions in treatment kinds: `mode=='ifc'`, `first_session`, `0.25*body_weight_lb`.

Pure. Python's own parser reads the text; only comparison, and/or/not, arithmetic, names, numbers, text and count(...)
are allowed, and nothing is ever executed. A name without a value is unknown, and so is what depends on it.
"""

import ast
import operator
from collections.abc import Mapping
from functools import cache
from typing import Any

COMPARISONS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


class UnknownExpressionError(ValueError):
    """A condition that is not written in this language."""


class _Unknown:
    """The value of a name nobody has given, and of all that depends on it."""

    def __bool__(self) -> bool:
        return False


UNKNOWN = _Unknown()


@cache
def parse(text: str) -> ast.expr:
    """The tree of a condition; raises UnknownExpressionError when it is not written in this language."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise UnknownExpressionError(f"cannot read {text!r}") from error
    for node in ast.walk(tree):
        if not _is_allowed(node):
            raise UnknownExpressionError(f"{type(node).__name__} is not allowed in {text!r}")
    return tree


def names_in(text: str) -> list[str]:
    """The names a condition speaks of, in reading order, without the function count; raises UnknownExpressionError."""
    names = [node for node in ast.walk(parse(text)) if isinstance(node, ast.Name) and node.id != "count"]
    return list(dict.fromkeys(node.id for node in sorted(names, key=lambda node: node.col_offset)))


def value_of(text: str, values: Mapping[str, Any]) -> Any:
    """The value of an expression, UNKNOWN when it depends on a name without a value.

    `x_chosen` and `x_not_chosen` ask whether x has a value. Raises UnknownExpressionError.
    """
    return _evaluate(parse(text), values)


def holds(text: str, values: Mapping[str, Any]) -> bool:
    """Whether a condition holds; one that depends on a value nobody has given does not."""
    return bool(value_of(text, values))


def weight(text: str) -> int:
    """How specific a condition is: the number of names it ties down."""
    return len(names_in(text))


def is_empty(value: Any) -> bool:
    """Whether a form field was left empty; zero and False are values."""
    return value is None or value == "" or value == [] or value == ()


def _is_allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "count" and len(node.args) == 1 and not node.keywords
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, int, float))
    allowed = (ast.Name, ast.Load, ast.BoolOp, ast.boolop, ast.UnaryOp, ast.Not, ast.Compare, ast.BinOp)
    return isinstance(node, (*allowed, *COMPARISONS, *ARITHMETIC))


def _evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return _named(node.id, values)
        case ast.Call():
            counted = _evaluate(node.args[0], values)
            return 0 if counted is UNKNOWN else len(counted)
        case ast.BoolOp():
            return _joined(node, values)
        case ast.UnaryOp():
            inner = _truth(node.operand, values)
            return UNKNOWN if inner is UNKNOWN else not inner
        case ast.BinOp():
            return _calculated(node, values)
        case ast.Compare():
            return _compared(node, values)
    raise UnknownExpressionError(ast.dump(node))


def _named(name: str, values: Mapping[str, Any]) -> Any:
    value = values.get(name)
    if not is_empty(value):
        return value
    for ending, wanted in (("_not_chosen", True), ("_chosen", False)):
        if name.endswith(ending):
            return is_empty(values.get(name.removesuffix(ending))) == wanted
    return UNKNOWN


def _joined(node: ast.BoolOp, values: Mapping[str, Any]) -> Any:
    parts = [_truth(part, values) for part in node.values]
    decisive = isinstance(node.op, ast.Or)
    if decisive in parts:
        return decisive
    return UNKNOWN if UNKNOWN in parts else not decisive


def _truth(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """A bare name asks whether it was given, so 0 counts as given; a tick that says no does not."""
    value = _evaluate(node, values)
    if value is UNKNOWN or isinstance(value, bool):
        return value
    return isinstance(node, ast.Name) or bool(value)


def _calculated(node: ast.BinOp, values: Mapping[str, Any]) -> Any:
    try:
        return ARITHMETIC[type(node.op)](_evaluate(node.left, values), _evaluate(node.right, values))
    except (TypeError, ZeroDivisionError):
        return UNKNOWN


def _compared(node: ast.Compare, values: Mapping[str, Any]) -> Any:
    sides = [_evaluate(side, values) for side in (node.left, *node.comparators)]
    if UNKNOWN in sides:
        return UNKNOWN
    try:
        return all(
            COMPARISONS[type(sign)](left, right) for left, sign, right in zip(sides, node.ops, sides[1:], strict=False)
        )
    except TypeError:
        return UNKNOWN

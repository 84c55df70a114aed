"""Reading a formula: which columns it names, and that it names nothing else."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import BadArgumentError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTRASTS = ("Treatment", "Sum", "contr.treatment", "contr.sum")
FUNCTIONS = (
    *("C", "I", "Q", "abs", "bs", "center", "cr", "exp", "log", "log10", "log1p", "log2"),
    *("poly", "scale", "sqrt", "standardize", *_CONTRASTS),
    *("np.abs", "np.exp", "np.log", "np.log10", "np.log1p", "np.log2", "np.sqrt"),
)
_ALLOWED = (
    *(ast.Expression, ast.Call, ast.Name, ast.Load, ast.Constant, ast.keyword, ast.Attribute),
    *(ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Compare, ast.cmpop),
    *(ast.List, ast.Tuple),
)


@dataclass(frozen=True, eq=False)
class Parsed:
    """A formula that was read.

    Attributes
    ----------
    text : str
        The formula as given.
    outcome : str
        Expression on the left-hand side.
    outcome_variables, variables : tuple of str
        Columns on the left-hand and on the right-hand side, in order.
    factors : frozenset of str
        Columns of the right-hand side that stand inside ``C(...)`` only.
    source : object
        The parsed formula of formulaic.
    """

    text: str
    outcome: str
    outcome_variables: tuple[str, ...]
    variables: tuple[str, ...]
    factors: frozenset[str]
    source: Any = field(repr=False)


def parse(formula: str) -> Parsed:
    """Read a formula.

    Parameters
    ----------
    formula : str
        ``"outcome ~ x + C(kind) + log(members)"``. It sees columns of the data, arithmetic and the
        functions in `FUNCTIONS`, nothing else. A name with spaces or signs stands between
        backticks: ``"score ~ `AK (permil)` + C(`jenis/kelas`)"``.

    Returns
    -------
    Parsed

    Raises
    ------
    BadArgumentError
        For a formula that cannot be read, has no outcome, or holds something else.
    UnknownNameError
        For a function that is not allowed.

    Examples
    --------
    >>> found = parse("score ~ log(members) + C(funding_model)")
    >>> found.outcome, found.variables
    ('score', ('members', 'funding_model'))
    """
    source = _read(formula)
    left = _one_outcome(formula, source)
    uses = [use for term in source.rhs for one in term.factors for use in _uses(formula, one)]
    names = tuple(dict.fromkeys(name for name, _ in uses))
    plain = {name for name, inside in uses if not inside}
    on_left = tuple(dict.fromkeys(name for name, _ in _uses(formula, left)))
    if set(on_left) & set(names):
        raise BadArgumentError(f"{formula!r}: {on_left[0]!r} stands on both sides of the formula.")
    return Parsed(formula, str(left.expr), on_left, names, frozenset(names) - plain, source)


def _read(formula: str) -> Any:
    """Return formulaic's reading of a formula."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    if str(formula).count("~") != 1:
        raise BadArgumentError(f"{formula!r} is no formula; write 'outcome ~ x1 + x2'.")
    if re.search(r"[~+\-*:]\s*\.\s*($|[+\-*:])", formula):
        raise BadArgumentError(f"{formula!r}: '.' names no column; write every column out.")
    try:
        return Formula(formula)
    except (FormulaicError, SyntaxError, ValueError, AttributeError, TypeError) as error:
        problem = str(error).strip().split("\n", maxsplit=1)[0]
        raise BadArgumentError(f"{formula!r} cannot be read as a formula: {problem}") from None


def _one_outcome(formula: str, source: Any) -> Any:
    """Return the factor of the outcome; refuse none, several, and random-effects bars."""
    if not hasattr(source, "lhs") or isinstance(source.rhs, tuple):
        raise BadArgumentError(
            f"{formula!r}: one outcome and one right-hand side are needed, as in"
            " 'outcome ~ x1 + x2'; groups of a mixed model are named with group=."
        )
    terms = [term for term in source.lhs if str(term) != "1"]
    if len(terms) != 1 or len(terms[0].factors) != 1:
        raise BadArgumentError(f"{formula!r}: one outcome is needed left of '~'.")
    return terms[0].factors[0]


def _uses(formula: str, factor: Any) -> list[tuple[str, bool]]:
    """Return the columns that a factor names, and whether each stands inside C(...)."""
    expression, method = str(factor.expr), factor.eval_method.name
    if method != "PYTHON":
        return [(expression, False)] if method == "LOOKUP" else []
    quoted: dict[str, str] = {}

    def place(match: re.Match[str]) -> str:
        key = f"column_{len(quoted)}_"
        quoted[key] = match[1]
        return key

    try:
        tree = ast.parse(re.sub(r"`([^`]+)`", place, expression), mode="eval")
    except SyntaxError:
        return [(expression, False)]
    _refuse_strange(formula, expression, tree)
    return [(quoted.get(name, name), inside) for name, inside in _names(tree.body, inside=False)]


def _refuse_strange(formula: str, expression: str, tree: ast.AST) -> None:
    """Refuse everything but arithmetic, columns and the functions that are allowed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name not in FUNCTIONS:
                raise UnknownNameError("function in a formula", name, FUNCTIONS)
        elif not isinstance(node, _ALLOWED):
            raise BadArgumentError(
                f"{formula!r}: {expression!r} is not allowed; a formula holds columns, arithmetic"
                f" and the functions {', '.join(FUNCTIONS)}."
            )


def _names(node: ast.AST, *, inside: bool) -> Iterator[tuple[str, bool]]:
    """Yield the names of columns below a node of an expression."""
    if isinstance(node, ast.Name | ast.Attribute):
        name = ast.unparse(node)
        if name not in _CONTRASTS:
            yield name, inside
    elif isinstance(node, ast.Call):
        function = ast.unparse(node.func)
        if function == "Q":
            yield str(ast.literal_eval(node.args[0])), inside
        elif function not in _CONTRASTS:
            for one in [*node.args, *(word.value for word in node.keywords)]:
                yield from _names(one, inside=inside or function == "C")
    else:
        for child in ast.iter_child_nodes(node):
            yield from _names(child, inside=inside)

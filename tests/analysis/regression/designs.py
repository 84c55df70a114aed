"""Designs built straight from columns, so that estimators are tested without a formula."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from kbkresearch.analysis.regression.design import Design

ORACLES = Path(__file__).parents[2] / "oracles"


def oracle(name):
    """Return the reference values of a script in ``tests/oracles``."""
    return json.loads((ORACLES / f"{name}.json").read_text())


def design_of(data, outcome, terms, *, intercept=True, weights=None, clusters=None, **more):
    """Return a design: numeric columns as they are, text columns as treatment contrasts."""
    data = pd.DataFrame(data)
    columns, names, blocks = [], [], {}
    if intercept:
        columns, names, blocks = [np.ones(len(data))], ["Intercept"], {"Intercept": [0]}
    for term in terms:
        values = data[term]
        if pd.api.types.is_numeric_dtype(values):
            new = {term: values.to_numpy(float)}
        else:
            levels = sorted(values.unique())[1:] if isinstance(terms, list) else terms[term][1:]
            new = {f"{term}[T.{level}]": (values == level).to_numpy(float) for level in levels}
        blocks[term] = list(range(len(names), len(names) + len(new)))
        names += list(new)
        columns += list(new.values())
    codes = None if clusters is None else pd.factorize(data[clusters])[0].astype(np.int64)
    return Design(
        formula=f"{outcome} ~ {' + '.join(terms)}",
        outcome=outcome,
        y=data[outcome].to_numpy(float),
        X=np.column_stack(columns) if columns else np.empty((len(data), 0)),
        names=tuple(names),
        terms=blocks,
        variables=tuple(terms),
        frame=data[list(terms)],
        index=data.index,
        weights=None if weights is None else data[weights].to_numpy(float),
        clusters=codes,
        cluster_name=clusters or "",
        n_clusters=0 if codes is None else int(codes.max()) + 1,
        **more,
    )

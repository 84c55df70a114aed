"""Figures across studies: which barriers are reported, and what became of the claims."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns

from kbkresearch import datasets
from kbkresearch.reporting.figures import source_line
from kbkresearch.studies import ids, reproduce
from kbkresearch.studies.model import VERDICT_LABELS, VERDICTS
from kbkresearch.studies.rows import COMPONENTS, FRAMES
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZES = {"barrier_matrix": (8.4, 5.6), "verdicts": (8, 3.8)}
_BARRIERS_FROM = Text(
    "Sumber: tabel 'barriers' kbkresearch, dari kelima dokumen. Banyaknya hambatan yang"
    " disebut bukan ukuran beratnya hambatan.",
    "Source: kbkresearch table 'barriers', from the five documents. How many barriers are"
    " named does not measure how heavy they are.",
)
_VERDICTS_FROM = Text(
    "Sumber: audit kbkresearch atas kelima dokumen.",
    "Source: kbkresearch audit of the five documents.",
)
_HATCHES = ("", "..", "xx", "//", "--")


def barrier_matrix(ax: Axes, lang: str) -> None:
    """Draw how many barriers each study reports, by component of input, process and output."""
    table = datasets.load("barriers")
    table = table[table["kind"] != "recommended"]
    found = table.groupby(["frame", "component", "study_id"]).size().unstack(fill_value=0)
    parts = [part for part in product(FRAMES, COMPONENTS) if part in found.index]
    counts = found.loc[parts].to_numpy()
    sns.heatmap(
        counts,
        ax=ax,
        annot=np.where(counts == 0, "", counts.astype(str)),
        fmt="",
        cmap=sns.light_palette("#0173b2", as_cmap=True),
        cbar=False,
        linewidths=1,
        linecolor="white",
        vmax=max(counts.max(), 1) * 1.4,
    )
    names = [f"{FRAMES[one].to(lang)}: {COMPONENTS[other].to(lang)}" for one, other in parts]
    ax.set_yticks(np.arange(len(parts)) + 0.5, [name.capitalize() for name in names], rotation=0)
    ax.set_xticks(
        np.arange(len(found.columns)) + 0.5,
        [study.replace("-", "\n", 1) for study in found.columns],
        rotation=0,
        fontsize=8.5,
    )
    ax.set_title(
        Text(
            "Hambatan yang dilaporkan, banyaknya per studi", "Reported barriers, number by study"
        ).to(lang)
    )
    source_line(ax, _BARRIERS_FROM, lang)


def verdicts(ax: Axes, lang: str) -> None:
    """Draw the share of each verdict by study."""
    palette = sns.color_palette("colorblind")
    colours = (palette[0], palette[9], palette[3], palette[1], "#bbbbbb")
    studies = [reproduce(study) for study in ids()]
    left = np.zeros(len(studies))
    totals = np.array([len(one.checks) for one in studies])
    for verdict, colour, hatch in zip(VERDICTS, colours, _HATCHES, strict=True):
        counts = np.array([one.summary[verdict] for one in studies])
        widths = counts / totals * 100
        bars = ax.barh(
            range(len(studies)),
            widths,
            left=left,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            label=VERDICT_LABELS[verdict].to(lang),
        )
        ax.bar_label(
            bars,
            [str(n) if w >= 4 else "" for n, w in zip(counts, widths, strict=True)],  # noqa: PLR2004
            label_type="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
        )
        left += widths
    ax.set_yticks(range(len(studies)), [f"{one.id} (n={len(one.checks)})" for one in studies])
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.set_xlabel(
        Text("Persen dari klaim yang ditranskripsi", "Per cent of transcribed claims").to(lang)
    )
    ax.set_title(Text("Putusan per studi", "Verdicts by study").to(lang), pad=34)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.25, 1.0), ncols=5, fontsize=8, columnspacing=1)
    source_line(ax, _VERDICTS_FROM, lang)

"""The report page and the figures: complete, self-contained, the same each time."""

import re
from html.parser import HTMLParser
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest

import kbkresearch as kbk
from kbkresearch.errors import UnknownNameError
from kbkresearch.reporting.figures import FIGURES, draw, save_figures
from kbkresearch.reporting.page import report_figures, write_report

mpl.use("Agg")


@pytest.fixture(scope="module")
def studies():
    return [kbk.reproduce(study) for study in kbk.studies.ids()]


@pytest.fixture(scope="module", params=["id", "en"])
def report(request, studies, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    told = []
    write_report(studies, folder, request.param, told.append)
    return request.param, folder, told


class Page(HTMLParser):
    """Collects ids, references and text of a page, and whether its tags close."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self):
        super().__init__()
        self.ids, self.references, self.open, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        self.references += [found[name] for name in ("href", "src", "xlink:href") if name in found]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_stands_alone(report):
    _, folder, _ = report
    page = Page()
    page.feed((folder / "report.html").read_text("utf-8"))
    assert not page.open
    assert len(page.ids) == len(set(page.ids))
    for reference in page.references:
        assert reference.startswith("#") or reference == "data:,"
        assert not reference.startswith("#") or reference[1:] in page.ids


def test_the_page_shows_every_disputed_claim_with_its_explanation(report, studies):
    lang, folder, _ = report
    page = Page()
    page.feed((folder / "report.html").read_text("utf-8"))
    text = " ".join(" ".join(page.text).split())
    for study in studies:
        for check in study.disputed:
            assert " ".join(check.explanation.to(lang).split()) in text


def test_tables_and_figures_lie_beside_it(report, studies):
    _, folder, told = report
    names = report_figures(studies)
    assert {path.name for path in (folder / "figures").iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("svg", "png")
    }
    assert set(names) <= set(told)
    tables = {path.stem for path in (folder / "tables").glob("*.csv")}
    for study in studies:
        assert f"{study.id}-claims" in tables
        assert {f"{study.id}-{name}" for name in study.tables} <= tables
        claims = pd.read_csv(folder / "tables" / f"{study.id}-claims.csv")
        assert len(claims) == len(study.checks)
    assert (folder / "tables" / "tables.xlsx").is_file()


def test_figures_are_the_same_each_time(tmp_path):
    for folder in ("one", "two"):
        list(save_figures(["score_lattice", "verdicts"], tmp_path / folder))
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_title_labels_and_source_in_each_language(name):
    import matplotlib.pyplot as plt

    words = {}
    for lang in ("id", "en"):
        ax = draw(name, lang=lang)
        figure = ax.get_figure()
        figure.canvas.draw()
        assert ax.get_title("left")
        source = figure.get_supxlabel()
        assert source.startswith({"id": "Sumber", "en": "Source"}[lang])
        words[lang] = (ax.get_title("left"), ax.get_xlabel(), source)
        plt.close(figure)
    assert words["id"] != words["en"]


def test_a_figure_can_be_drawn_on_given_axes_and_unknown_ones_are_named():
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    assert draw("score_lattice", ax=ax) is ax
    plt.close(figure)
    with pytest.raises(UnknownNameError, match="score_lattice"):
        draw("nothing")
    with pytest.raises(UnknownNameError, match="figure"):
        list(save_figures(["nothing"], Path("unused")))


def test_a_study_shows_itself_in_a_notebook(studies):
    for study in studies:
        html = study._repr_html_()
        assert study.heading.id in html
        assert len(re.findall("<tr>", html)) == len(study.disputed) + 1

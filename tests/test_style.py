"""Figures look the same under any style: dark ink on white paper."""

import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

import sim

STYLES = ("dark_background", "ggplot", "grayscale", "seaborn-v0_8-whitegrid")


@pytest.fixture(scope="module")
def runs():
    size = {"sampling.designs": 40, "sampling.replicates": 2, "sampling.steps_per_year": 2}
    return [sim.run(sim.load(name, size), out=None) for name in ("none", "nato")]


def pixels(ax):
    """The picture as a notebook draws it, in the style of the reader."""
    buffer = io.BytesIO()
    ax.get_figure(root=True).savefig(buffer, format="rgba", dpi=50, facecolor="auto")
    plt.close(ax.get_figure(root=True))
    return np.frombuffer(buffer.getvalue(), dtype=np.uint8)


@pytest.mark.parametrize("figure", ["survival", "causes", "differences", "hazard", "reasons"])
def test_a_figure_is_the_same_under_every_style(figure, runs):
    """To the pixel, though the picture is drawn under the reader's style; which stays in force.

    No dark page shines through: every pixel is opaque.
    """
    draw = getattr(sim.plots, figure)
    plain = pixels(draw(runs))
    assert plain.reshape(-1, 4)[:, 3].min() == 255
    for style in STYLES[:2]:
        with plt.style.context(style):
            before = mpl.rcParams["axes.facecolor"]
            np.testing.assert_array_equal(pixels(draw(runs)), plain, err_msg=style)
            assert mpl.rcParams["axes.facecolor"] == before


@pytest.mark.parametrize("style", STYLES)
def test_axes_of_another_style_become_paper(style, runs):
    """Every text can be read: none is lighter than the middle between ink and paper."""
    with plt.style.context(style):
        _, ax = plt.subplots()
        sim.plots.survival(runs, ax=ax)
        ax.get_figure().canvas.draw()
        assert to_rgb(ax.get_facecolor()) == to_rgb("white")
        texts = [text for text in ax.get_figure().findobj(Text) if text.get_text().strip()]
        assert len(texts) > 10
        light = [text for text in texts if np.mean(to_rgb(text.get_color())) > 0.7]
        assert light == []
    plt.close("all")


@pytest.mark.long
def test_figures_in_other_formats_keep_their_text(runs, tmp_path):
    """As text in SVG, as TrueType in PDF, whatever the reader has set."""
    with mpl.rc_context({"svg.fonttype": "path", "pdf.fonttype": 3, "pdf.compression": 0}):
        sim.plots.save(sim.plots.survival(runs), tmp_path / "a.svg", tmp_path / "a.pdf")
    assert ">years since the ceasefire" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf

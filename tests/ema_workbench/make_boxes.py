"""Make the answers of EMA workbench 2.5.3 that tests/test_discovery.py compares with.

Its trajectories of peeling and pasting.

    pip install ema_workbench==2.5.3
    python tests/ema_workbench/make_boxes.py

EMA workbench is not needed to run the tests. The cases come from `cases.py` beside this file; only
floats, and no category.
"""

import json
import warnings
from importlib import metadata
from pathlib import Path

from cases import CASES

warnings.simplefilter("ignore")
from ema_workbench.analysis import prim  # noqa: E402

HERE = Path(__file__).parent


def boxes(x, y):
    """Limits of every box on the trajectories of the first two boxes, with mass, coverage and
    density.
    """
    search = prim.Prim(x, y.astype(int), threshold=0.01)
    trajectories = []
    for _ in range(2):
        box = search.find_box()
        steps = box.peeling_trajectory
        trajectories.append(
            [
                {
                    "limits": limits.to_numpy().tolist(),
                    "mass": row["mass"],
                    "coverage": row["coverage"],
                    "density": row["density"],
                }
                for limits, (_, row) in zip(box.box_lims, steps.iterrows(), strict=True)
            ]
        )
    return trajectories


if __name__ == "__main__":
    answers = {
        "version": metadata.version("ema_workbench"),
        "boxes": {name: boxes(*make()) for name, make in CASES.items()},
    }
    (HERE / "boxes.json").write_text(
        json.dumps(answers, separators=(",", ":")) + "\n", encoding="utf-8"
    )

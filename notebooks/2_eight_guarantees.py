# %% [markdown]
# # 2. Eight guarantees side by side
#
# **Which guarantee keeps a ceasefire longest, when is one better than another, and who can be sure of it?**
#
# Eight scenarios differ in their promises, troops, arms, assurances and accession. Each is played on the same simulated histories: history 4711 meets
# the same elections, leaders and incidents under every guarantee, so that a difference is due to the guarantee and not to luck. The notebook takes
# half a minute to a minute.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display
from rich import print as show

import sim
from sim.analysis.comparison import comparison
from sim.presentation import run_tables as tables
from sim.presentation import terminal

SCENARIOS = Path("../scenarios")
NAMES = ["none", "budapest", "neutrality", "armed_neutrality", "coalition", "article5_like", "nato", "eu"]

# %% [markdown]
# ## What they contain
#
# How near a promise comes to a treaty is what nobody knows: it is a range.

# %%
scenarios = {name: sim.load(SCENARIOS / f"{name}.toml") for name in NAMES}
display(pd.DataFrame({name: {
    "Europe's promise (share of a treaty)": str(scenario.regime.commitment.europe),
    "America's promise (share of a treaty)": str(scenario.regime.commitment.united_states),
    "brigades stationed": scenario.regime.deployment.brigades,
    "arms (USD billion)": scenario.regime.arms.package_usd_bn,
    "must accede first": "yes" if scenario.regime.accession else "no",
} for name, scenario in scenarios.items()}).T)

# %% [markdown]
# ## How long does it hold?
#
# In each cell: the share with its 95 % sampling error, and below it the range over 90 % of parameter sets.

# %%
runs = {name: sim.run(scenario, out=None) for name, scenario in scenarios.items()}
show(*terminal.table(tables.durability_table(comparison(list(runs.values())))))

# %%
ax = sim.plots.survival(list(runs.values()))

# %% [markdown]
# ## What does each add?
#
# `compare` takes the differences history by history. Its table has one row for each guarantee and year.

# %%
differences = sim.compare(list(runs.values()), baseline="none", years=[1, 10])
differences.round(3)

# %%
ax = sim.plots.differences(list(runs.values()), baseline="none", years=10)

# %% [markdown]
# The early years tell another story than the late ones. Here is the same figure after one year.

# %%
ax = sim.plots.differences(list(runs.values()), baseline="none", years=1)
worst = differences[differences["years"] == 1].sort_values("estimate").iloc[0]
ax.set_title(f"In the first year {scenarios[worst.scenario].label} costs {-100 * worst.estimate:.1f} percentage points (±{50 * (worst.high - worst.low):.1f})",
             loc="left")
plt.show()

# %% [markdown]
# ## Which Russia does each deter?
#
# The value of prevailing at which attacks within ten years become more likely than not, and the share that still holds by that value.

# %%
ax = sim.plots.threshold(list(runs.values()))

# %% [markdown]
# ## How do they end?

# %%
ax = sim.plots.causes(list(runs.values()))

# %% [markdown]
# ## Who is sure?
#
# `sim.sure` is the share of parameter sets in which a ceasefire is more likely than not to hold so long. Each dot of the figure is one of
# twenty equally plausible parameter sets.

# %%
ax = sim.plots.spread(list(runs.values()), years=10)

# %%
sure = pd.DataFrame([{"guarantee": name, **vars(sim.sure(run, years=10))} for name, run in runs.items()]).sort_values("value")
sure[["guarantee", "value", "low", "high"]].round(3)

# %% [markdown]
# ## The first two, head to head
#
# Two curves that lie apart in a figure need not differ in every parameter set. The paired difference between the best two, year by year:

# %%
duel = sim.compare([runs["nato"], runs["article5_like"]], years=[1, 2, 5, 10, 20]).set_index("years")
show(*terminal.table(tables.differences_table(comparison([runs["nato"], runs["article5_like"]]))))

# %% [markdown]
# ## What was learned


# %%
def in_words(row, sign=""):
    """An estimate with its sampling error, and its range over parameter sets, in percent or with a sign in percentage points."""
    unit = "percentage points" if sign else "%"
    return (f"{100 * row.estimate:{sign}.1f} {unit} (±{50 * (row.high - row.low):.1f}; 90 % of parameter sets: "
            f"{100 * row.spread_low:{sign}.0f} to {100 * row.spread_high:{sign}.0f} {unit})")


ten = {name: sim.survival(run, years=[10]).iloc[0] for name, run in runs.items()}
best, worst = (pick(ten, key=lambda name: ten[name].estimate) for pick in (max, min))
label = {name: scenario.label for name, scenario in scenarios.items()}
added = differences.set_index(["scenario", "years"])
most = sure.iloc[-1]
display(Markdown(f"""
- {label[best]} keeps most ceasefires for ten years: {in_words(ten[best])}. {label[worst]} keeps fewest: {in_words(ten[worst])}.
- What a guarantee reaches hangs on the parameters; whether it adds something may hang on them less. After ten years {label[best]} adds
  {in_words(added.loc[best, 10], "+")} to no guarantee, {label["coalition"]} {in_words(added.loc["coalition", 10], "+")},
  {label["armed_neutrality"]} {in_words(added.loc["armed_neutrality", 10], "+")}, and {label["budapest"]}
  {in_words(added.loc["budapest", 10], "+")}.
- Late guarantees cost something early. In the first year {label["nato"]}, which must be ratified, changes durability by
  {in_words(added.loc["nato", 1], "+")}, and {label["eu"]} by {in_words(added.loc["eu", 1], "+")}. These ranges cross zero: whether it does depends on
  assumptions.
- {label["article5_like"]} does better than {label["nato"]} at first, by {in_words(duel.loc[1], "+")} after one year; after twenty it is {in_words(duel.loc[20], "+")}.
- {label[most.guarantee]} is more likely than not to hold ten years in {100 * most.value:.0f} % (±{50 * (most.high - most.low):.0f}) of parameter
  sets, {label[sure.iloc[0].guarantee]} in {100 * sure.iloc[0].value:.0f} % (±{50 * (sure.iloc[0].high - sure.iloc[0].low):.0f}).
"""))

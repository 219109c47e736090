# %% [markdown]
# # 1. A first ceasefire in five minutes
#
# **How long does a ceasefire hold if Europe stations a division in Ukraine and America promises little, how sure is that, and why does
# it end?**
#
# A scenario file describes a guarantee. The simulation plays it through thousands of simulated histories of twenty years, which the
# code calls worlds. This is a tool for exploring assumptions, not a forecast: it says what follows from them. The notebook takes less than a
# minute.

# %%
from pathlib import Path

import numpy as np
from IPython.display import Markdown, display
from rich import print as show

import sim
from sim.analysis.comparison import comparison
from sim.analysis.typical import typical
from sim.presentation import run_tables as tables
from sim.presentation import terminal

SCENARIOS = Path("../scenarios")

# %% [markdown]
# ## Load a scenario
#
# A scenario is checked when it is loaded. Its numbers are attributes. Nearly every judgement is uncertain, and stands as a distribution;
# the first ten of them:

# %%
scenario = sim.load(SCENARIOS / "coalition.toml")
print(scenario.title)
print(f"brigades stationed: {scenario.regime.deployment.brigades:g}")
print(f"Europe's promise:   {scenario.regime.commitment.europe} of a treaty")
for key, distribution in list(scenario.uncertain().items())[:10]:
    print(f"{key}: {distribution}")

# %% [markdown]
# ## Run it
#
# The run draws 1,000 parameter sets (designs) from those distributions and plays ten simulated histories with each. `out=None` keeps the results in
# memory; leave it out and they are kept in the folder `runs/`. `workers=2` lets the run use two processes if it is long enough to be
# worth their start. The results do not depend on it.

# %%
run = sim.run(scenario, workers=2, out=None)
run.outcomes[["world", "design", "years", "cause", "probes", "firm_answers"]].head()

# %% [markdown]
# ## How long does it hold?
#
# Two kinds of uncertainty stand beside every estimate. `low` and `high` are the 95 % sampling error, which shrinks with more
# histories.
# `spread_low` and `spread_high` are the range over 90 % of parameter sets, which does not shrink: it is what we do not know.

# %%
sim.survival(run).round(3)

# %%
ax = sim.plots.survival(run)

# %% [markdown]
# How many of the parameter sets agree that the ceasefire is more likely than not to hold ten years?

# %%
agree = sim.sure(run, years=10)
print(f"more likely than not to hold ten years in {100 * agree.value:.0f} % of parameter sets (95 %: {100 * agree.low:.0f} "
      f"to {100 * agree.high:.0f} %)")

# %% [markdown]
# ## Which Russia does it deter?
#
# What prevailing in Ukraine is worth to Russia's leader decides more than anything else; 1 stands for a leadership for which Ukraine is
# vital. The deterrence threshold is the value at which attacks become more likely than not.

# %%
ax = sim.plots.threshold(run)
sim.threshold(run).round(2)

# %% [markdown]
# ## How does it end?
#
# Tables for reading are in `sim.presentation.run_tables`: the first line of a row is the estimate with its sampling error, the second the
# range over 90 % of parameter sets.

# %%
show(*terminal.table(tables.causes_table(comparison(run))))

# %%
ax = sim.plots.causes(run)

# %% [markdown]
# Most ends are attacks. Each attack has a main reason: what, put back to where it stood at the signature, would have made it least likely.

# %%
ax = sim.plots.reasons(run)

# %% [markdown]
# ## When is the danger?
#
# The hazard is the rate at which ceasefires that still hold come to an end, by year of their age.

# %%
ax = sim.plots.hazard(run)

# %% [markdown]
# ## One history
#
# `typical` names, for each way of ending, the history nearest to the middle of its kind. A model of that one history is an ordinary Mesa
# model that keeps a journal. It is the very history that the run recorded.

# %%
world = typical(run)["attack"]
model = sim.CeasefireModel(scenario, worlds=[world])
while model.running:
    model.step()
print(model.story())

# %% [markdown]
# The percentages of a story are not estimates. They are what the actors of this one history believed and how likely they were to choose as
# they did, given its parameters, and have no sampling error. How much do they hang on the parameters? Here is the chance that
# Russia, if it reviewed in that last month, would attack, in one history of each parameter set whose ceasefire still held.

# %%
sampling = scenario.sampling
others = sim.CeasefireModel(scenario, worlds=range(0, sampling.worlds, sampling.replicates))
while others.steps < model.steps - 1:
    others.step()
attack, hold, probe = others.crisis(np.flatnonzero(others.at_peace)).response
low, middle, high = 100 * np.quantile(attack, [0.05, 0.5, 0.95])
print(f"chance of attack at a review after {others.years:.1f} years: median {middle:.1f} %, {low:.1f} to {high:.1f} % in 90 % of "
      "parameter sets")

# %% [markdown]
# So this history is typical of those that end in an attack, and not of all. Nearly everywhere else an attack was far less likely then.
#
# The same history as a figure: who was how strong, what was believed, what each course was worth to Russia, and what happened.

# %%
ax = sim.plots.world(sim.replay(scenario, world))

# %% [markdown]
# ## What was learned


# %%
def in_words(row):
    """An estimate with its sampling error, and its range over parameter sets."""
    return (f"{100 * row.estimate:.1f} % (±{50 * (row.high - row.low):.1f}; 90 % of parameter sets: {100 * row.spread_low:.0f} to "
            f"{100 * row.spread_high:.0f} %)")


held, ended, danger = sim.survival(run).set_index("years"), sim.causes(run).set_index("cause"), sim.hazard(run).set_index("year")
worst = danger["estimate"].idxmax()
display(Markdown(f"""
- Under this guarantee {in_words(held.loc[10])} of ceasefires hold ten years, and {in_words(held.loc[20])} hold twenty.
- The first range is small and the second is very wide. Another seed would hardly change the answer; another Russia would.
- Most ends are attacks by Russia: {in_words(ended.loc["attack"])} of all histories. Escalated probes end {in_words(ended.loc["probe"])}.
- The dangerous time is year {worst}, with {100 * danger.estimate[worst]:.1f} ends a year per hundred ceasefires that still hold
  (95 %: {100 * danger.low[worst]:.1f} to {100 * danger.high[worst]:.1f}); in the last year it is {100 * danger.estimate.iloc[-1]:.1f}
  ({100 * danger.low.iloc[-1]:.1f} to {100 * danger.high.iloc[-1]:.1f}).
- Get through the first year, as {in_words(held.loc[1])} do, and the danger is lower from there on.
"""))

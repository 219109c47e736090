# %% [markdown]
# # 5. How much promise, how much force: deterrence maps
#
# **Can troops stand in for a promise, or a promise for troops, and does each add to the other?**
#
# A promise binds by what breaking it would cost at home (Fearon 1997). Troops bind since they cannot die without their country going to
# war (Schelling 1966), though a token force may bind less than hoped (Reiter & Poast 2021). Here both are dials of one scenario. The notebook takes
# half a minute to a minute.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
from IPython.display import Markdown, display

import sim

SCENARIOS = Path("../scenarios")
PROMISE, AMERICA = "regime.commitment.europe", "regime.commitment.united_states"
FORCE = "regime.deployment.brigades"


def in_words(row, sign=""):
    """An estimate with its sampling error, and its range over parameter sets, in percent or with a sign in percentage points."""
    unit = "percentage points" if sign else "%"
    return (f"{100 * row.estimate:{sign}.1f} {unit} (±{50 * (row.high - row.low):.1f}; 90 % of parameter sets: "
            f"{100 * row.spread_low:{sign}.0f} to {100 * row.spread_high:{sign}.0f} {unit})")


# %% [markdown]
# ## The map
#
# `grid` makes every combination of some values, and `sweep` runs the scenario with each on the same histories. All else stays as the
# coalition's scenario has it: its arms, its sanctions, and what it provokes. Ten years are enough for the question.

# %%
TEN = {"sampling.horizon_years": 10}
COARSE = TEN | {"sampling.designs": 250}
scenario = sim.load(SCENARIOS / "coalition.toml", COARSE)
points = sim.grid({PROMISE: [0, 0.33, 0.67, 1], FORCE: [0, 3, 8, 20]})
table = sim.sweep(scenario, points, years=[10], out=None)
table.head().round(3)

# %%
ax = sim.plots.deterrence_map(table, PROMISE, FORCE)

# %% [markdown]
# The map shows means. How wide is what we do not know? The lower and upper ends of the range over 90 % of parameter sets, at the four corners:

# %%
corners = table[table[PROMISE].isin([0, 1]) & table[FORCE].isin([0, 20])]
corners.round(3)

# %% [markdown]
# ## Substitutes or complements?
#
# The corners once more with all 1,000 parameter sets, as differences on the same histories.

# %%
corner_runs = {}
for name, promise, force in (("neither", 0, 0), ("promise", 1, 0), ("force", 0, 20), ("both", 1, 20)):
    corner = sim.load(SCENARIOS / "coalition.toml", TEN | {"name": name, PROMISE: promise, FORCE: force})
    corner_runs[name] = sim.run(corner, out=None)
alone = sim.compare(list(corner_runs.values()), baseline="neither", years=[10]).set_index("scenario")
promise_on_force = sim.compare([corner_runs["force"], corner_runs["both"]], years=[10]).iloc[0]
force_on_promise = sim.compare([corner_runs["promise"], corner_runs["both"]], years=[10]).iloc[0]
alone[["estimate", "low", "high", "spread_low", "spread_high"]].round(3)

# %%
ax = sim.plots.differences(list(corner_runs.values()), baseline="neither", years=10)

# %% [markdown]
# What both do together, less what each does alone, is their interaction: above zero they are complements, below it substitutes. Here it is
# by parameter set, from the histories themselves.

# %%
held = {name: run.outcomes["held"].groupby(run.outcomes["design"]).mean() for name, run in corner_runs.items()}
interaction = held["both"] - held["promise"] - held["force"] + held["neither"]
error = 196 * interaction.std() / len(interaction) ** 0.5
low, high = 100 * interaction.quantile([0.05, 0.95])
print(f"interaction {100 * interaction.mean():+.1f} percentage points (±{error:.1f}); {low:+.0f} to {high:+.0f} points in 90 % of parameter sets, "
      "with the chance of ten histories each")

# %% [markdown]
# ## If the fallen bind nobody
#
# Whoever doubts the tripwire sets its weight to 0. Troops then count for the ground that they hold, and for nothing else.

# %%
doubted = sim.load(SCENARIOS / "coalition.toml", COARSE | {"europe.tripwire": 0})
doubted_table = sim.sweep(doubted, points, years=[10], out=None)
fig, axes = plt.subplots(1, 2, figsize=(15, 5.5), layout="constrained")
for ax, rows, name in zip(axes, (table, doubted_table), ("With a tripwire", "Without"), strict=True):
    sim.plots.deterrence_map(rows, PROMISE, FORCE, ax=ax)
    ax.set_title(f"{name}: " + ax.get_title(loc="left").replace("Durability", "durability"), loc="left", fontsize="medium")
plt.show()

# %%
bare = []
for force in (0, 20):
    values = {"name": f"brigades_{force}", PROMISE: 0, FORCE: force, "europe.tripwire": 0}
    bare.append(sim.run(sim.load(SCENARIOS / "coalition.toml", TEN | values), out=None))
without_tripwire = sim.compare(bare, years=[10]).iloc[0]

# %% [markdown]
# ## Whose promise?
#
# Europe fights first, and America stands behind it. The same map over both promises, with the coalition's division in place:

# %%
allies = sim.sweep(scenario, sim.grid({PROMISE: [0, 0.5, 1], AMERICA: [0, 0.5, 1]}), years=[10], out=None)
fig, ax = plt.subplots(figsize=(8, 6), layout="constrained")
sim.plots.deterrence_map(allies, PROMISE, AMERICA, ax=ax)
plt.show()

# %% [markdown]
# ## What was learned

# %%
everything = allies.iloc[-1]
ends = {name: sim.survival(run, years=[10]).iloc[0] for name, run in corner_runs.items()}
display(Markdown(f"""
- With neither promise nor force {in_words(ends["neither"])} of ceasefires hold ten years, with a full treaty and twenty brigades
  {in_words(ends["both"])}.
- A full European treaty alone adds {in_words(alone.loc["promise"], "+")}, twenty brigades alone {in_words(alone.loc["force"], "+")}, both
  {in_words(alone.loc["both"], "+")}.
- Neither stands in for the other. Where there is a treaty, the brigades add {in_words(force_on_promise, "+")}; where there are brigades, the
  treaty adds {in_words(promise_on_force, "+")}. The interaction is {100 * interaction.mean():+.1f} percentage points (±{error:.1f}; {low:+.0f} to
  {high:+.0f} points in 90 % of parameter sets, the chance of their ten histories included): if anything, each is worth more
  beside the other.
- Without a tripwire twenty brigades alone add {in_words(without_tripwire, "+")}. Most of what troops do in this model is to bind their
  senders, and that is a judgement.
- America's promise counts as well. In the upper right corner of the last map, with a full promise of both, {in_words(everything)} hold
  ten years (in the {scenario.sampling.designs} parameter sets of the map).
"""))

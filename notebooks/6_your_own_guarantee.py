# %% [markdown]
# # 6. Write your own guarantee, and your own Russia
#
# **How do I put my own proposal to the test, and what if Russia thinks differently from what the model supposes?**
#
# A guarantee is a short file. A Russia is a Python class. Both meet the same simulated histories as those that come with the model. The notebook takes
# less than a minute.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import matplotlib.pyplot as plt
import mesa
import numpy as np
from IPython.display import Markdown, display
from rich import print as show

import sim
from sim.actors.russia import Challenger
from sim.analysis.comparison import comparison
from sim.ensemble.block import outcomes
from sim.presentation import run_tables as tables
from sim.presentation import terminal

SCENARIOS = Path("../scenarios").resolve()


def in_words(row, sign=""):
    """An estimate with its sampling error, and its range over parameter sets, in percent or with a sign in percentage points."""
    unit = "percentage points" if sign else "%"
    return (f"{100 * row.estimate:{sign}.1f} {unit} (±{50 * (row.high - row.low):.1f}; 90 % of parameter sets: "
            f"{100 * row.spread_low:{sign}.0f} to {100 * row.spread_high:{sign}.0f} {unit})")


# %% [markdown]
# ## Your own guarantee
#
# A file says only what it changes. This proposal takes the Article 5-like guarantee, doubles the force and leaves the arms out. One number
# is uncertain. The file goes into a temporary folder; yours would stand beside the others.

# %%
folder = TemporaryDirectory()
mine = Path(folder.name) / "my_guarantee.toml"
mine.write_text(f"""
title = "Article 5-like, with a larger force and no arms"
extends = "{(SCENARIOS / 'article5_like.toml').as_posix()}"

[regime.deployment]
brigades = {{ value = 10, source = "what I would like to know" }}
half_life = {{ uniform = [0.5, 1.5], source = "half a year to deploy half of it, or three times as long" }}

[regime.arms]
package_usd_bn = 0
""")
proposal = sim.load(mine)
print(proposal.name, "-", proposal.title)
for key in ("regime.deployment.brigades", "regime.deployment.half_life"):
    print(f"{key}: {proposal.stated_sources[key]}")

# %% [markdown]
# A mistake is refused before anything runs, with what to do about it.

# %%
wrong = Path(folder.name) / "wrong.toml"
wrong.write_text(mine.read_text().replace("brigades =", "brigade ="))
try:
    sim.load(wrong)
except sim.ScenarioError as error:
    print(str(error).replace(str(wrong), wrong.name))

# %% [markdown]
# Run it beside others. A number that is uncertain in one scenario only does not disturb the pairing of the histories.

# %%
others = [sim.run(sim.load(SCENARIOS / f"{name}.toml"), out=None) for name in ("article5_like", "coalition")]
own = sim.run(proposal, out=None)
against = sim.compare([*others, own]).set_index(["scenario", "years"])
show(*terminal.table(tables.differences_table(comparison([*others, own]))))

# %%
ax = sim.plots.survival([*others, own])

# %% [markdown]
# ## Your own Russia
#
# What Russia wants and how it chooses is the class `Challenger`, a block of the scenario. Suppose that prospects are weighed as Kahneman &
# Tversky (1979) found: what is lost counts double. Foreign troops, arms and membership are a loss to an insecure Russia, assurances a gain.

# %%
class LossAverseChallenger(Challenger):
    """Feels provocation twice as much as reassurance."""

    def value_of_peace(self, terms, provoked, drift):
        """Q + Q_S + (r - 2 × provoked) κ + η (p̄ - p̄₀), per unit of discounted time."""
        return (self.status_quo_value + terms.relief + (terms.reassurance - 2 * provoked) * self.insecurity
                + self.terms_follow_power * drift)


def averse_to_losses(scenario):
    """The same scenario with such a Russia in it."""
    return scenario.model_copy(update={"russia": LossAverseChallenger(**dict(scenario.russia))})


# %% [markdown]
# What peace is worth to Russia does not depend on how long it has lasted. Suppose that a peace takes root: each year that the ceasefire is
# old adds a little to its worth. That changes within a history, so it belongs into the model: a subclass of `CeasefireModel` may change the
# parameters of some histories. Everything else is as it was: the same seed, the same histories, the same chances.

# %%
class SettlingModel(sim.CeasefireModel):
    """The ceasefire with a leadership to which it is worth a hundredth more with each year of its age."""

    def parameters_of(self, worlds):
        """The scenario in some histories, with the worth of the ceasefire at its present age."""
        parameters = super().parameters_of(worlds)
        worth = parameters.russia.status_quo_value + 0.01 * self.years
        return parameters.model_copy(update={"russia": parameters.russia.model_copy(update={"status_quo_value": worth})})


def simulated(name, scenario, kind=sim.CeasefireModel):
    """Play all histories of a scenario in this kind of model, and give what the tables and figures need of a run."""
    model = kind(scenario, scenario.sampling.worlds)
    while model.running:
        model.step()
    return SimpleNamespace(name=name, label=name.replace("_", " "), worlds=outcomes(model),
                           horizon_years=scenario.sampling.horizon_years)


# %%
coalition = sim.load(SCENARIOS / "coalition.toml")
stock = simulated("stock", coalition)
settling = simulated("settling", coalition, SettlingModel)
averse = simulated("loss_averse", averse_to_losses(coalition))
assert (stock.worlds["years"] == others[1].outcomes["years"]).all()     # the stock Russia gives what sim.run gives
effects = sim.compare([stock, settling, averse]).set_index(["scenario", "years"])
effects[["estimate", "low", "high", "spread_low", "spread_high"]].round(3)

# %%
ax = sim.plots.hazard([stock, settling, averse])

# %% [markdown]
# ## Collecting data
#
# Mesa's `DataCollector` works as on any Mesa model. Here it notes how many ceasefires hold, and how Russia's strength is distributed over
# the parameter sets.

# %%
collector = mesa.DataCollector(model_reporters={
    "years": "years",
    "holding": lambda model: int(model.at_peace.sum()),
    "low": lambda model: np.quantile(model.russia.strength, 0.05),
    "median": lambda model: np.median(model.russia.strength),
    "high": lambda model: np.quantile(model.russia.strength, 0.95),
})
model = SettlingModel(coalition, coalition.sampling.worlds)
while model.running:
    model.step()
    collector.collect(model)
months = collector.get_model_vars_dataframe()
months.iloc[[11, 59, 119, 239]].round(1)

# %%
fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
ax.fill_between(months["years"], months["low"], months["high"], alpha=0.2, label="90 % of parameter sets")
ax.plot(months["years"], months["median"], label="median")
ax.set(xlabel="years since the ceasefire", ylabel="Russia's strength (brigade-equivalents)", xlim=(0, 20))
final = months.iloc[-1]
ax.set_title(f"Russia rebuilds to {final['median']:.0f} brigade-equivalents in the median, {final['low']:.0f} to {final['high']:.0f}",
             loc="left")
ax.legend(frameon=False, loc="upper left")
plt.show()
folder.cleanup()

# %% [markdown]
# ## What was learned

# %%
display(Markdown(f"""
- The proposal of a larger force without arms, against the Article 5-like guarantee on the same worlds, changes durability by
  {in_words(against.loc["my_guarantee", 1], "+")} after one year and by {in_words(against.loc["my_guarantee", 20], "+")} after twenty.
- A Russia with which peace takes root changes durability under the coalition by {in_words(effects.loc["settling", 5], "+")} after five years
  and by {in_words(effects.loc["settling", 20], "+")} after twenty.
- A Russia that feels provocation twice changes it by {in_words(effects.loc["loss_averse", 1], "+")} after one year and by
  {in_words(effects.loc["loss_averse", 20], "+")} after twenty.
- A scenario file does not name the class of Russia, and so neither does the name of a run folder. Results of your own class are best kept
  in memory, as here.
"""))

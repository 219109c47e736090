# %% [markdown]
# # 7. What would it take for eight in ten?
#
# **Which guarantee is the cheapest under which eight in ten ceasefires hold ten years, and who would have to bear it?**
#
# The other notebooks start from a guarantee and ask how long the ceasefire holds. A government asks the other way round: this is what we
# want, what would be enough? The answer here is that of a tool for exploring assumptions; costs change nothing in its game. The notebook takes about a
# minute.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
from IPython.display import Markdown, display
from rich import print as show

import sim
from sim.presentation import requirement as words
from sim.presentation import terminal
from sim.study import requirement

SCENARIOS = Path("../scenarios")
BRIGADES, ARMS, AMERICA = "regime.deployment.brigades", "regime.arms.package_usd_bn", "regime.commitment.united_states"
ALONE = {AMERICA: 0, "regime.arms.united_states_share": 0}

# %% [markdown]
# ## Troops and arms, without America
#
# The coalition's guarantee, without America's promise and its share of the arms. What may vary is the force in Ukraine and the arms
# package; the coalition's own promise stays as uncertain as it is. The search tries guarantees on the same histories, and simulates what it
# finds once more on fresh ones.

# %%
coalition = sim.load(SCENARIOS / "coalition.toml", ALONE | {"sampling.designs": 200})
alone = requirement.find_cheapest(coalition, hold=0.8, years=10, vary={BRIGADES: (0, 25), ARMS: (0, 200)}, samples=16)
show(terminal.section(words.section(alone)))

# %%
sim.plots.frontier(alone)
plt.show()

# %% [markdown]
# ## With an American backstop
#
# The same, with America's promise as a third thing that may vary, up to half a treaty.

# %%
limits = {BRIGADES: (0, 25), ARMS: (0, 200), AMERICA: (0, 0.5)}
backed = requirement.find_cheapest(coalition, hold=0.8, years=10, vary=limits, samples=16)
backed.table.query("role != 'frontier'").round(3).T

# %%
sim.plots.frontier(backed)
plt.show()

# %% [markdown]
# ## Who bears it
#
# The guarantee that was found is a scenario like any other. Its costs, in peace and if war resumes, by bearer:

# %%
best = alone.table.set_index("role").loc["on average"]
chosen = sim.load(SCENARIOS / "coalition.toml", ALONE | {BRIGADES: best[BRIGADES], ARMS: best[ARMS], "sampling.horizon_years": 10})
burden = sim.costs(sim.run(chosen, out=None))
burden[burden["bearer"].isin(["all", "Europe", "United States", "Ukraine"]) & burden["item"].isin(["peace", "war"])].round(2)

# %% [markdown]
# ## What was learned

# %%
by = burden.set_index(["bearer", "item"])
support = backed.table.set_index("role").loc["on average"]
robust = alone.table.set_index("role").loc["in nine of ten sets"]
SURE = ("fresh_sure", "fresh_sure_low", "fresh_sure_high")


def share(row, name="fresh_estimate", low="fresh_low", high="fresh_high"):
    """A share with its sampling error."""
    return f"{100 * row[name]:.1f} % (±{50 * (row[high] - row[low]):.1f})"


def dollars(row, name="fresh_cost", low="fresh_cost_low", high="fresh_cost_high"):
    """A cost with its sampling error."""
    return f"USD {row[name]:.0f} billion (±{(row[high] - row[low]) / 2:.0f})"


enough = ("the cheapest guarantee that was tried has" if best["status"] == "reached" else
          "nothing within the limits is enough on average; what comes closest has")
display(Markdown(f"""
- Without America {enough} {best[BRIGADES]:.1f} brigades and arms for USD {best[ARMS]:.0f} billion.
  Up to ten years it costs {dollars(best)} in peace, and {share(best)} of ceasefires hold on fresh histories
  (the search says: {best["status"]}).
- On average is not for sure: that guarantee is enough in {share(best, *SURE)} of parameter sets. For nine of ten the search ends with
  "{robust["status"]}" at {dollars(robust)}: enough in {share(robust, *SURE)} of them.
- With up to half a treaty from America the cheapest costs {dollars(support)} with {share(support)} that hold: a promise is not paid for in
  dollars while it is kept.
- Europe bears {share(by.loc[("Europe", "peace")], "share", "share_low", "share_high")} of what is paid in peace for the first guarantee, as
  the scenario divides it. Wars that resume all the same cost {dollars(by.loc[("all", "war")], "estimate", "low", "high")} in expectation,
  of which Ukraine bears {share(by.loc[("Ukraine", "war")], "share", "share_low", "share_high")}.
"""))

# %% [markdown]
# # 9. Which deal could be signed and would hold?
#
# **Nine texts, from Budapest 1994 to the 28 points: would Russia and Ukraine sign them, would they hold if signed, and which clause
# carries the peace?**
#
# Russia signs if holding the ceasefire, with the option to attack later, is worth more to it than fighting on. Ukraine does not know what
# prevailing is worth to Russia's leader, but it knows who would sign. So those who sign are a selection, and a text that holds if it is
# imposed need not be one that anybody signs. This notebook takes half a minute to a minute. It is a tool for exploring assumptions, not a forecast.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
from IPython.display import Markdown, display
from rich import print as show

import sim
from sim.presentation import terminal
from sim.presentation.registry import section_of
from sim.study import clauses, deals

TEXTS = Path("../scenarios/texts")
SIZE = {"sampling.designs": 400, "sampling.replicates": 5}

# %% [markdown]
# ## Who would sign, and would it hold?
#
# Clauses on which the model has nothing to say are left out; `ceasefire check` says how many there are in each text.

# %%
runs = [sim.run(sim.load(path, SIZE), out=None) for path in sorted(TEXTS.glob("*.toml"))]
signed = deals.find_signing(runs)
show(terminal.section(section_of(signed)))

# %%
sim.plots.signing(deals.signings(signed))
plt.show()

# %% [markdown]
# ## Which clause carries the peace?
#
# The Shapley value of a clause is what it adds to durability, averaged over all orders in which the clauses could be agreed. The values of
# all clauses add up to what the text adds to a ceasefire without a guarantee.

# %%
text = sim.load(TEXTS / "paris_declaration.toml")
worth = clauses.value(text, "survival@10", designs=200, replicates=4)
show(terminal.section(section_of(worth.finding())))

# %%
sim.plots.clauses(worth)
plt.show()

# %% [markdown]
# ## What was learned

# %%
by_name = {one.scenario: one for one in deals.signings(signed)}


def percent(share):
    """A share with its sampling error."""
    return f"{100 * share.value:.0f} % (±{50 * (share.high - share.low):.0f})"


likely = max(by_name.values(), key=lambda one: one.both_sign.value)
durable = max(by_name.values(), key=lambda one: deals.durability(one).value)
points = by_name["28_points"]
display(Markdown(f"""
- Both sides are most likely to sign {likely.label} ({percent(likely.both_sign)}). If signed, {percent(deals.durability(likely))} of
  ceasefires hold ten years.
- {durable.label} holds longest if signed: {percent(deals.durability(durable))} after ten years. Both sign it with a chance of
  {percent(durable.both_sign)}.
- Russia signs the 28 points with a chance of {percent(points.russia_signs)}, Ukraine with {percent(points.ukraine_signs)}. If they are
  signed, {percent(deals.durability(points))} of ceasefires hold ten years.
- What the two sides would sign and what would hold are different questions: on the frontier, more of the one costs some of the other.
"""))

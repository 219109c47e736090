# %% [markdown]
# # 4. Inside one crisis: the game, reputations, equilibrium
#
# **What do the actors weigh in the month in which a ceasefire hangs in the balance, and what does a probe teach Russia?**
#
# Every month Russia may review its policy: attack, hold, or probe. The coalition and the United States have private types, resolute or
# irresolute. The month is a game in extensive form, and its solution an agent quantal response equilibrium (McKelvey & Palfrey 1998):
# everyone takes the better course more often, and nobody is sure to. The notebook takes less than a minute.

# %%
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown, display

import sim
from sim.actors.choice import bayes
from sim.game.attack import IRRESOLUTE, RESOLUTE
from sim.game.equilibrium import action_values, behaviour, logit_gap
from sim.game.extensive_form import Action, InformationSet, Player
from sim.game.tree import crisis_tree
from sim.plots.style import in_percent

pd.set_option("display.max_colwidth", None)
scenario = sim.load(Path("../scenarios/coalition.toml"))

# %% [markdown]
# ## A history to look at
#
# Of the histories in which Europe answered Russia's probes softly and Russia ended by attacking, we take the one in the middle: half of
# them lasted as long or longer. `replay` gives its history as plain data: events, and the state of each month.

# %%
outcomes = sim.run(scenario, out=None).outcomes
attacked = outcomes.query("cause == 'attack' and probes > 0 and firm_answers == 0").sort_values(["years", "world"])
world = int(attacked["world"].iloc[len(attacked) // 2])
history = sim.replay(scenario, world)
ax = sim.plots.world(history)

# %% [markdown]
# ## The month before the probe
#
# Who was in office when Russia probed, and what did he want? We stop the model in the month before the probe.

# %%
probe = next(event for event in history["events"] if event["kind"] == "answer")
for event in history["events"]:
    if event["kind"] in ("signed", "leader") and event["step"] <= probe["step"]:
        print(f"year {event['years']:.2f}: prevailing is worth {event['details']['value_of_prevailing']:.2f} to the leader of Russia")
model = sim.CeasefireModel(scenario, worlds=[world])
while model.steps < probe["step"] - 1:
    model.step()
crisis = model.crisis(np.array([0]))
print(f"year {model.years:.2f}; Russia's strength {model.russia.strength[0]:.0f}, Ukraine's {model.ukraine.strength[0]:.0f} "
      "brigade-equivalents")

# %% [markdown]
# To see how much of what follows is due to this history, we bring one history of every parameter set to the same month. What is true of one
# history has no sampling error. Means over parameter sets have one, and a range.

# %%
sampling = scenario.sampling
others = sim.CeasefireModel(scenario, worlds=range(0, sampling.worlds, sampling.replicates))
while others.steps < model.steps:
    others.step()
all_crises = others.crisis(np.flatnonzero(others.at_peace))
print(f"{others.at_peace.sum()} of {len(others.worlds)} ceasefires still hold, each with its own parameters")


def in_words(values, sign=""):
    """State the mean of shares over parameter sets, its 95 % sampling error, and the range over 90 % of them."""
    low, high = 100 * np.quantile(values, [0.05, 0.95])
    error = 100 * 1.96 * np.std(values, ddof=1) / np.sqrt(len(values))
    unit = "percentage points" if sign else "%"
    return f"{100 * np.mean(values):{sign}.1f} {unit} (±{error:.1f}; 90 % of parameter sets: {low:{sign}.1f} to {high:{sign}.1f} {unit})"


# %% [markdown]
# ## Now or later
#
# Russia compares an attack now with the best that it expects from waiting, and imagines when it would reconsider.

# %%
ahead = [0, *scenario.russia.foresight]
fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
for label, values, everywhere, colour in (
        ("attacking", crisis.attack.value, all_crises.attack.value, "C3"),
        ("waiting", crisis.values_of_waiting, all_crises.values_of_waiting, "C0")):
    ax.fill_between(ahead, *np.quantile(everywhere, [0.05, 0.95], axis=1), color=colour, alpha=0.12, lw=0,
                    label=f"{label}, 90 % of parameter sets")
    ax.plot(ahead, np.ravel(values), "o-", color=colour, label=f"{label}, this history")
ax.set(xlabel="years ahead", ylabel="worth to Russia (utility)")
low, high = np.quantile(all_crises.attack_now - all_crises.value_of_holding, [0.05, 0.95])
ax.set_title(f"Attacking now is worth {crisis.attack_now[0] - crisis.value_of_holding[0]:+.2f} more than waiting in history {world},\n"
             f"and {low:+.2f} to {high:+.2f} in 90 % of parameter sets", loc="left")
ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# ## The tree and its equilibrium
#
# `crisis_tree` lays the month out as a tree, `behaviour` is how the actors play it, and `action_values` what each action is worth to who
# takes it. Each probability must be the logit response to these values, and is.

# %%
tree, strategy = crisis_tree(crisis), behaviour(crisis)
values = action_values(tree, strategy)
review = InformationSet(Player.RUSSIA)
assert logit_gap(tree, strategy) < 1e-12
pd.DataFrame([{
    "action": str(action),
    "worth, this history": f"{values[review][action]:+.3f}",
    "chance, this history (exact)": f"{100 * strategy[review][action]:.1f} %",
    "chance over parameter sets": in_words(chances),
} for action, chances in zip(strategy[review], all_crises.response, strict=True)]).set_index("action")

# %% [markdown]
# The figure shows the part of the tree in which both allies are irresolute. Lines are as thick as they are likely. Dots join what a player
# cannot tell apart. The percentages on the branches are exact for this history.

# %%
fig, ax = plt.subplots(figsize=(12, 8))
sim.plots.game_tree(tree, strategy, types=("irresolute", "irresolute"), ax=ax)
attack, hold, probing = all_crises.response
ax.set_title(f"History {world} after {model.years:.1f} years, if both allies are irresolute\n"
             f"At such a review Russia attacks with {in_words(attack)}", loc="left")
plt.show()

# %% [markdown]
# ## What a probe teaches
#
# Resolute and irresolute coalitions answer a probe with different probabilities. So the answer says something about the type, and the
# others' view of it, the coalition's reputation, moves by Bayes' rule. In this history the answer was soft.

# %%
before, after = history["states"][probe["step"] - 1]["reputation_europe"], history["states"][probe["step"]]["reputation_europe"]
firm = crisis.answers_firmly_by_type
by_hand = bayes(crisis.now(crisis.reputation_europe), 1 - firm[RESOLUTE], 1 - firm[IRRESOLUTE])
print(f"reputation of Europe, this history: {100 * before:.1f} % before, {100 * after:.1f} % after the answer; "
      f"by Bayes' rule from the month before {100 * by_hand[0]:.1f} %")

# %% [markdown]
# In one history of every parameter set: what would a firm or a soft answer now make of the reputation, and of the chance that Russia
# attacks at its next review?

# %%
reputation, firm = all_crises.now(all_crises.reputation_europe), all_crises.answers_firmly_by_type
reputations = {"before the answer": reputation,
           "after a firm answer": bayes(reputation, firm[RESOLUTE], firm[IRRESOLUTE]),
           "after a soft answer": bayes(reputation, 1 - firm[RESOLUTE], 1 - firm[IRRESOLUTE])}
attacks = {when: replace(all_crises, reputation_europe=value).response[0] for when, value in reputations.items()}
pd.DataFrame({"reputation of Europe": {when: in_words(value) for when, value in reputations.items()},
              "chance of attack at a review": {when: in_words(chance) for when, chance in attacks.items()}})

# %% [markdown]
# How much does a reputation deter? The same crises with any reputation, from certainty of no resolve to certainty of resolve:

# %%
grid = np.linspace(0, 1, 21)
here = [replace(crisis, reputation_europe=np.full(1, value)).response[0][0] for value in grid]
there = np.array([replace(all_crises, reputation_europe=np.full(len(reputation), value)).response[0] for value in grid])
error = 1.96 * there.std(axis=1, ddof=1) / np.sqrt(there.shape[1])
fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
ax.fill_between(grid, *np.quantile(there, [0.05, 0.95], axis=1), color="C0", alpha=0.12, lw=0, label="90 % of parameter sets")
ax.fill_between(grid, there.mean(axis=1) - error, there.mean(axis=1) + error, color="C0", alpha=0.35, lw=0,
                label="95 % sampling error of the mean")
ax.plot(grid, there.mean(axis=1), color="C0", label="mean over parameter sets")
ax.plot(grid, here, "--", color="C3", label=f"history {world} (exact)")
ax.set(xlim=(0, 1), ylim=(0, None), xlabel="reputation of Europe: chance that it is resolute", ylabel="chance of attack at a review")
in_percent(ax.xaxis, ax.yaxis)
ax.set_title("Certainty of a resolute Europe instead of an irresolute one\n"
             f"changes the chance of attack by {100 * np.mean(there[-1] - there[0]):+.1f} percentage points "
             f"(±{196 * np.std(there[-1] - there[0], ddof=1) / np.sqrt(there.shape[1]):.1f}) in the mean", loc="left")
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# ## What was learned

# %%
unmoved = np.mean(np.abs(there[-1] - there[0]) < 0.01)
display(Markdown(f"""
- In history {world}, in the month before the probe, Russia would attack at a review with {100 * strategy[review][Action.ATTACK]:.1f} %
  (exact for this history, so ±0). Over the parameter sets whose ceasefire still holds then, the chance is {in_words(attack)}: the danger
  is in few of them.
- Its chance of a probe is {in_words(probing)}: probing is what Russia does where it does not attack.
- A soft answer moves Europe's reputation from {in_words(reputations["before the answer"])} to
  {in_words(reputations["after a soft answer"])}, a firm one to {in_words(reputations["after a firm answer"])}.
- That changes the chance of attack at the next review by {in_words(attacks["after a soft answer"] - attacks["before the answer"], "+")} after
  a soft and by {in_words(attacks["after a firm answer"] - attacks["before the answer"], "+")} after a firm answer.
- From certainty that Europe is irresolute to certainty that it is resolute the chance of attack changes by
  {in_words(there[-1] - there[0], "+")}. A reputation deters those who waver. To most it makes little difference: by less than one point in
  {100 * unmoved:.0f} % (±{196 * np.sqrt(unmoved * (1 - unmoved) / there.shape[1]):.0f}) of parameter sets.
"""))

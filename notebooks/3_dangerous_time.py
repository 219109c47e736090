# %% [markdown]
# # 3. The dangerous time and the commitment problem
#
# **When is a ceasefire in most danger, and can a guarantee that comes too slowly make it worse?**
#
# A state that sees its advantage slip away may attack while it still can. Powell (2006) calls it the commitment problem, Levy (1987) the
# preventive motive. Here Russia rebuilds, Ukraine is armed, and a treaty may be ratified, each with its own half-life or wait. The notebook takes
# half a minute to a minute.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

import sim
from sim.plots.style import in_percent

SCENARIOS = Path("../scenarios")


def in_words(row, sign=""):
    """An estimate with its sampling error, and its range over parameter sets, in percent or with a sign in percentage points."""
    unit = "percentage points" if sign else "%"
    return (f"{100 * row.estimate:{sign}.1f} {unit} (±{50 * (row.high - row.low):.1f}; 90 % of parameter sets: "
            f"{100 * row.spread_low:{sign}.0f} to {100 * row.spread_high:{sign}.0f} {unit})")


# %% [markdown]
# ## The hazard by age
#
# The hazard is the rate at which ceasefires that still hold come to an end. A ring marks its highest year.

# %%
none, coalition, nato = (sim.run(sim.load(SCENARIOS / f"{name}.toml"), out=None) for name in ("none", "coalition", "nato"))
ax = sim.plots.hazard([none, coalition, nato])

# %% [markdown]
# The danger is greatest at the beginning, when the leaders who never meant to keep the ceasefire break it. Without a guarantee it stays
# high for years, while Russia rebuilds.
#
# ## The window before accession
#
# NATO membership is announced, waits for ratification, and may be vetoed. Meanwhile a tenth to six tenths of it hold. Two changes of the
# scenario show what the wait does: all of it holds at once (`interim` is 1), or it is known never to come (`veto` is 1).

# %%
at_once = sim.run(sim.load(SCENARIOS / "nato.toml", {"name": "nato_at_once", "regime.accession.interim": 1}), out=None)
never = sim.run(sim.load(SCENARIOS / "nato.toml", {"name": "nato_never", "regime.accession.veto": 1}), out=None)
window = sim.compare([none, at_once, nato, never], years=[1, 5, 20])
prospect = sim.compare([never, nato], years=[1]).iloc[0]
window.round(3)

# %%
ax = sim.plots.hazard([nato, at_once, never])

# %% [markdown]
# Who attacks in the window? Each history has its year of entry, which a model of the same histories holds.

# %%
model = sim.CeasefireModel(nato.scenario, worlds=nato.scenario.sampling.worlds)
enters = model.entry < 20
attacked = (nato.outcomes["cause"] == "attack").to_numpy()
before = nato.outcomes["years"].to_numpy() < model.entry
print(f"histories in which NATO membership comes within twenty years: {enters.sum():,}")
print(f"of these, attacked before it came: {(enters & attacked & before).sum():,}")
print(f"of these, attacked after it came:  {(enters & attacked & ~before).sum():,}")

# %% [markdown]
# ## Arms that take time
#
# Armed neutrality gives Ukraine a strong army, later. A sweep runs the scenario with packages of different size on the same histories.

# %%
armed = sim.load(SCENARIOS / "armed_neutrality.toml", {"sampling.designs": 300})
arms = sim.sweep(armed, sim.grid({"regime.arms.package_usd_bn": [0, 30, 60, 90, 120, 150]}), years=[1, 20], out=None)
arms.round(3)

# %%
fig, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
for ax, (years, rows) in zip(axes, arms.groupby("years"), strict=True):
    first, last = rows.iloc[0], rows.iloc[-1]
    dollars = rows["regime.arms.package_usd_bn"]
    ax.fill_between(dollars, rows["spread_low"], rows["spread_high"], alpha=0.15, label="90 % of parameter sets")
    ax.errorbar(dollars, rows["estimate"], yerr=[rows.estimate - rows.low, rows.high - rows.estimate],
                marker="o", capsize=3, label="mean, 95 % sampling error")
    ax.set(xlabel="arms package (USD billion)", ylabel=f"share that holds {years:g} year" + "s" * (years > 1), ylim=(0, 1))
    ax.set_title(f"{100 * first.estimate:.1f} % (±{50 * (first.high - first.low):.1f}) without arms,\n{100 * last.estimate:.1f} % "
                 f"(±{50 * (last.high - last.low):.1f}) with {dollars.iloc[-1]} billion", loc="left")
    in_percent(ax.yaxis)
axes[0].legend(loc="lower left", frameon=False)
plt.show()

# %% [markdown]
# Is it the arms or the wait for them? In a second pair of runs they come, and are absorbed, within months.

# %%
package = [0, 90]
speeds = {"within years": {}, "within months": {"regime.arms.delivery_years": 0.25, "ukraine.buildup_half_life": 0.25}}
paired = []
for label, pace in speeds.items():
    pair = [sim.run(sim.load(SCENARIOS / "armed_neutrality.toml", {
        "name": f"arms_{dollars}", "regime.arms.package_usd_bn": dollars} | pace), out=None)
        for dollars in package]
    paired.append(sim.compare(pair, years=[1, 20]).assign(**{"arms come": label}))
arming = pd.concat(paired).set_index(["arms come", "years"])
arming[["estimate", "low", "high", "spread_low", "spread_high"]].round(3)

# %% [markdown]
# ## How fast Russia rebuilds
#
# The time that Russia needs to close half the gap to its strength target is one of the numbers that nobody knows. The same sweep under no
# guarantee and under the coalition:

# %%
half_lives = [1, 2, 4, 8, 16]
rebuilt = pd.concat(
    sim.sweep(sim.load(SCENARIOS / f"{name}.toml", {"sampling.designs": 500, "sampling.horizon_years": 5}),
              sim.grid({"russia.reconstitution_half_life": half_lives}), years=[5], out=None).assign(guarantee=name)
    for name in ("none", "coalition"))
fig, ax = plt.subplots(figsize=(8, 4.5), layout="constrained")
for (name, rows), marker in zip(rebuilt.groupby("guarantee", sort=False), "os", strict=True):
    ax.errorbar(rows["russia.reconstitution_half_life"], rows["estimate"], yerr=[rows.estimate - rows.low, rows.high - rows.estimate],
                marker=marker, capsize=3, label=name)
    ax.plot(rows["russia.reconstitution_half_life"], rows[["spread_low", "spread_high"]], ":", color=ax.lines[-1].get_color())
ax.set_xscale("log", base=2)
ax.set_xticks(half_lives, half_lives)
ax.set(ylim=(0, 1), xlabel="years in which Russia closes half the gap to its strength target", ylabel="share that holds 5 years")
in_percent(ax.yaxis)
ax.legend(title="bars: 95 % sampling error; 90 % of\nparameter sets lie between the dots", frameon=False, loc="lower right",
          bbox_to_anchor=(1, 0.05))
slow, fast = (rebuilt[(rebuilt.guarantee == "none") & (rebuilt["russia.reconstitution_half_life"] == years)].iloc[0] for years in (16, 1))
ax.set_title("Without a guarantee a Russia that rebuilds in a year leaves\n"
             f"{100 * fast.estimate:.1f} % (±{50 * (fast.high - fast.low):.1f}) standing after 5 years, one that takes 16 years "
             f"{100 * slow.estimate:.1f} % (±{50 * (slow.high - slow.low):.1f})", loc="left")
plt.show()

# %% [markdown]
# ## What was learned

# %%
seen = window.set_index(["scenario", "years"])
worst = {run.name: sim.hazard(run).set_index("year").pipe(lambda table: table.assign(year=table.index).loc[table.estimate.idxmax()])
         for run in (none, coalition, nato)}
rates = "; ".join(f"{name} year {row.year:.0f}, {100 * row.estimate:.1f} ends a year per hundred at risk (95 %: {100 * row.low:.1f} to "
                  f"{100 * row.high:.1f})" for name, row in worst.items())
slow_arms, fast_arms = (arming.loc[(label, 1)] for label in speeds)
display(Markdown(f"""
- The dangerous time differs: {rates}.
- Membership on the way changes the first year by {in_words(seen.loc["nato", 1], "+")} against no guarantee, the same membership at once by
  {in_words(seen.loc["nato_at_once", 1], "+")}. After twenty years the two are {in_words(seen.loc["nato", 20], "+")} and
  {in_words(seen.loc["nato_at_once", 20], "+")}. What costs is the wait: the treaty provokes as much in the one as in the other.
- A veto that is known from the start gives {in_words(seen.loc["nato_never", 1], "+")} in the first year and
  {in_words(seen.loc["nato_never", 20], "+")} after twenty. In the first year the prospect of membership itself makes a difference of
  {in_words(prospect, "+")}: the early danger is that of the approach.
- Arms of 90 billion dollars change the first year by {in_words(slow_arms, "+")} and the twentieth by
  {in_words(arming.loc[("within years", 20)], "+")}. If they came within months, the first year would change by
  {in_words(fast_arms, "+")}: the early cost is that of the wait.
- A Russia that rebuilds in a year leaves {in_words(fast)} of unguaranteed ceasefires standing after five years, one that takes sixteen
  {in_words(slow)}.
"""))

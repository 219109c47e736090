# %% [markdown]
# # 10. Eighteen months in: what now?
#
# **A ceasefire with Article 5-like protection has held for two years. There was one serious incident, the force was renewed, and Washington
# elected a sceptical administration. What is the outlook now, and what should one watch?**
#
# A run answers at the signature. Since then things have happened, and things have not happened. Each simulated history counts by the
# chance with which it would have produced what was seen, silence included. This notebook takes about a minute. It is a tool for exploring
# assumptions, not a forecast.

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display
from rich import print as show

import sim
from sim.presentation import terminal
from sim.presentation.registry import section_of
from sim.scenario.course import Event
from sim.study.outlook import find_outlook

article5 = sim.load("../scenarios/article5_like.toml", {"sampling.designs": 600})

# %% [markdown]
# ## What has been seen
#
# A course lists events with their moments, in years since the signature. What is not listed did not happen, except votes and statements: of
# those, what is not listed is unknown.

# %%
so_far = sim.Course(
    until=2.0,
    events=[
        Event(0.5, "incident", {"retaliated": False}),
        Event(1.0, "renewal", {"passed": True}),
        Event(1.9, "election", {"of": "United States", "says": "sceptical"}),
    ],
)
now = find_outlook(article5, so_far, out=None)
show(terminal.section(section_of(now)))

# %% [markdown]
# ## How the outlook moved

# %%
sim.plots.outlook(now)
plt.show()

# %% [markdown]
# ## What has been learned
#
# Nobody sees a type, or what prevailing is worth to a Russian leader. Peace that lasts, votes and elections tell something about them.

# %%
sim.plots.learning(now)
plt.show()

# %% [markdown]
# ## What to watch
#
# For each event that may come in the next year: its chance, and the outlook after it.

# %%
sim.plots.watch(now)
plt.show()

# %% [markdown]
# ## What two quiet years are worth
#
# With no event at all, silence alone teaches. Here is a course on which nothing was seen.

# %%
quiet = find_outlook(article5, sim.Course(until=2.0), out=None)

# %% [markdown]
# ## What was learned

# %%


def holds(finding, since, years=5):
    """The share that holds so many years, with its sampling error."""
    table = finding.table
    row = table[(table["since"] == since) & (table["years"] == years)].iloc[0]
    return f"{100 * row['estimate']:.1f} % (±{50 * (row['high'] - row['low']):.1f})"


display(Markdown(f"""
- At the signature, {holds(quiet, "at signature")} of ceasefires hold five years.
- After two quiet years, {holds(quiet, "now")} hold five more.
- After two years with an incident, a renewal and a sceptical election, {holds(now, "now")} do.
"""))

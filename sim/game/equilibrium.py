"""What a behaviour strategy is worth in a tree, and how far it is from an equilibrium.

Every function is of a tree and a behaviour alone and knows nothing of the formulas of `sim.game.crisis`, except `behaviour`, which
puts those formulas in the form of a strategy. The chain of proof: `logit_gap(crisis_tree(crisis), behaviour(crisis))` is 0 up to
rounding, so the formulas are the agent quantal response equilibrium of the tree (McKelvey & Palfrey 1998).
"""

import math
from collections.abc import Mapping

import numpy as np

from sim.actors.choice import logit_response
from sim.game.crisis import Crisis
from sim.game.tree import Action, Chance, End, InformationSet, Move, Node, Player, Tree, crisis_tree
from sim.quantity import Array

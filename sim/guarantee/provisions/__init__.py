"""Provisions of a guarantee: a file each, with what a scenario may say and what it changes in the
crisis game.

A provision says only what it contributes; each of the `Terms` says how contributions to it combine,
by a sum, a product or a minimum, so that the order of provisions cannot matter. To add one, write
its file; schema, messages and tables follow.
"""

from sim.guarantee.provisions.accession import Accession
from sim.guarantee.provisions.provision import TOLERANCE, Provision
from sim.guarantee.provisions.regime import Regime

__all__ = ["TOLERANCE", "Accession", "Provision", "Regime"]

"""Costs: what it takes to keep a guarantee, and what a war that resumes costs.

Prices, and their present value.

Every price is a value of the scenario. Costs change nothing in the game: no actor looks at them.
"""

import numpy as np

from sim.characters import in_column
from sim.quantity import Array, Parameters, Quantity, parameter

PEACE = ("stationing", "arms")
"""What is paid while the ceasefire holds."""
WAR = ("resupply", "reconstruction", "losses")
"""What it costs if war resumes: arms rushed in, what was rebuilt and is lost, damage and the forces
that fight.
"""
UNITED_STATES, UKRAINE, EUROPE = "united_states", "ukraine", "europe"
"""Parties that bear costs; members of the coalition share those of Europe."""
_NO_RATE = 1e-12


def column(item: str, bearer: str) -> str:
    """Name of the outcome that holds what `bearer` bears of an item."""
    return f"cost_{item}_{bearer}"


def member_bearer(name: str) -> str:
    """What a member of the coalition goes by as a bearer, which no other bearer does."""
    return f"{EUROPE}_{in_column(name)}"


class Costs(Parameters):
    """What a guarantee and a resumed war cost, in US dollars of today.

    Who bears it follows from the members and these shares.
    """

    brigade_year: Quantity = parameter(
        1.1,
        "stationing a brigade for a year",
        unit="USD billion per year",
        symbol="C_F",
        low=0,
        source=(
            "an American armoured brigade costs 1.07 a year stationed in Europe, 1.14 in "
            "back-to-back rotations of nine months (Deni 2024, Atlantic Council); Bloomberg "
            "Economics (2025) has 30 for 40,000 soldiers over ten years, which is 0.34 for 4,500"
        ),
    )
    reconstruction_year: Quantity = parameter(
        52.4,
        "what is rebuilt in a year of peace",
        unit="USD billion per year",
        symbol="G",
        low=0,
        source=(
            "524 of needs over ten years (World Bank and others, RDNA4, February 2025), as if "
            "all were met evenly"
        ),
    )
    reconstruction_years: Quantity = parameter(
        10.0,
        "years that rebuilding takes",
        unit="years",
        symbol="T_G",
        low=0,
        source="the decade of the needs assessment (World Bank and others, RDNA4, February 2025)",
    )
    reconstruction_lost: Quantity = parameter(
        0.5,
        "share of what was rebuilt that a resumed war destroys",
        unit="share",
        symbol="ζ",
        low=0,
        high=1,
        source=(
            "72 % of the damage lies in the regions next to the front and Kyiv (RDNA4), where "
            "the rebuilding will be; that a war destroys two thirds of that is a judgement"
        ),
    )
    war_years: Quantity = parameter(
        3.0,
        "how long a resumed war lasts",
        unit="years",
        symbol="D_W",
        low=0,
        source=(
            "judgement: the war that began in 2022 had lasted more than four by 2026; most wars "
            "between states are much shorter"
        ),
    )
    war_year: Quantity = parameter(
        116.0,
        "what a year of war costs Ukraine",
        unit="USD billion per year",
        symbol="C_U",
        low=0,
        source=(
            "damage of 62 a year (176 from February 2022 to December 2024: RDNA4), and 29 % of "
            "an output of 187 lost, as in 2022 (World Bank); lives are not counted in money"
        ),
    )
    brigade_war_year: Quantity = parameter(
        5.4,
        "what a brigade of the coalition or of the United States costs at war",
        unit="USD billion per year",
        symbol="C_B",
        low=0,
        source=(
            "4,500 soldiers at 1.2 million each, as American ones in Afghanistan (Harrison, "
            "CSBA, 2012); equipment lost against a major army would come on top"
        ),
    )
    discount_rate: Quantity = parameter(
        0.03,
        "rate at which later costs count for less",
        unit="per year",
        symbol="d_C",
        low=0,
        high=1,
        source=(
            "social discount rate of the European Commission's guide to cost-benefit analysis "
            "for 2014-2020; 0 does not discount"
        ),
    )

    def present(self, years: Array) -> Array:
        """Present value of a dollar in `years`, (1 + d_C)^(-years)."""
        return np.asarray(np.exp(-years * self._rate))

    def stream(self, years: Array) -> Array:
        """Present value of a dollar a year for `years`, (1 - (1 + d_C)^(-years)) / ln(1 + d_C)."""
        return -np.expm1(-years * self._rate) / self._rate

    def war(self) -> Array:
        """Value, when war resumes, of a dollar for each year that it lasts."""
        return self.stream(self.war_years)

    def rebuilt(self, years: Array) -> Array:
        """What is rebuilt in so many years of peace, USD billion."""
        return self.reconstruction_year * np.minimum(years, self.reconstruction_years)

    @property
    def _rate(self) -> Array:
        """Continuous rate; one that is too small to matter in place of 0, so that one formula
        serves both.
        """
        return np.maximum(np.log1p(self.discount_rate), _NO_RATE)

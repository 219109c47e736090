"""Integrating the hazard: the same means with less chance in them, by taking out what the coin tosses alone contributed.

What became of a world turns on its state and on coins. The model records the chance with which each month's coins could have
ended the ceasefire; ends less these chances are martingales of mean zero (the Doob-Meyer compensator of a counting process:
Andersen, Borgan, Gill & Keiding 1993), so that any multiple of them may be taken off a measure without moving its mean. The
multiples that leave the least variance are a regression's (control variates: Glasserman 2004, section 4.1).
"""

from dataclasses import replace

import numpy as np

from sim.analysis.measures import Columns, Measure
from sim.game.war import Cause
from sim.uncertainty import Floats

_UNTIL = "hazard_until_"


def integrated(measure: Measure) -> Measure:
    """The same measure with the hazard of each month integrated in place of its coin toss: the same mean, less variance.

    Unbiased: the multiples for the worlds of every second design are fitted to the worlds of the others. A number of one world is
    then no longer a share or a time, only means of many are.
    """
    return replace(measure, of=lambda worlds: _without_coins(measure.of(worlds), worlds))


def martingales(worlds: Columns) -> Floats:
    """Ends less the chances that they had, of mean zero: (control, world), a control each cause and each milestone before the horizon."""
    ended, years = ~worlds["held"].to_numpy(), worlds["years"].to_numpy()
    by_cause = [(worlds["cause"] == cause.value).to_numpy() - worlds[f"hazard_{cause}"].to_numpy()
                for cause in Cause if cause is not Cause.HELD]
    by_year = [(ended & (years <= int(name.removeprefix(_UNTIL)))) - worlds[name].to_numpy()
               for name in worlds.keys() if name.startswith(_UNTIL)]      # noqa: SIM118  a table's columns
    return np.stack(by_cause + by_year)


def _without_coins(each: Floats, worlds: Columns) -> Floats:
    controls, even = martingales(worlds), worlds["design"].to_numpy() % 2 == 0
    left = np.empty_like(each)
    for half in (even, ~even):
        left[half] = each[half] - _multiples(each[~half], controls[:, ~half]) @ controls[:, half]
    return left


def _multiples(each: Floats, controls: Floats) -> Floats:
    """Coefficients of the least-squares fit to the controls and a constant, by its normal equations."""
    centred = controls - controls.mean(axis=1, keepdims=True)
    return np.asarray(np.linalg.lstsq(centred @ centred.T, centred @ each, rcond=None)[0])

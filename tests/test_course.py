"""A course fixes events and decisions, and nothing else: weights, reproduction, refusals.

Seeds are fixed; where two estimates are compared the bound is 4 standard errors of their
difference, a false alarm of 6e-5 each if the seed were drawn anew.
"""

import numpy as np
import pytest

import sim
from sim.model.chance import Branch
from sim.model.observer import Observer
from sim.model.watch import Watch
from sim.scenario.course import CHOICES, Course, Decision, Event, step_of
from sim.scenario.schema import Scenario

RICH = {
    "regime.accession.start": 0.2,
    "regime.accession.mean_years": 2.0,
    "regime.accession.veto": 0.2,
    "regime.accession.interim": 0.4,
    "regime.commitment.europe": 0.6,
    "regime.commitment.united_states": 0.5,
    "regime.commitment.voidable": 0.4,
    "regime.commitment.term_years": 1.5,
    "regime.commitment.renewal": 0.4,
    "regime.deployment.brigades": 6.0,
    "regime.arms.package_usd_bn": 60.0,
    "united_states.next_election": "2028-03-01",
    "russia.leader_turnover": 0.3,
    "russia.reviews_per_year": 1.6,
    "war.incidents_per_year": 0.8,
    "sampling.seed": 11,
}
"""A regime in which everything may happen, soon and often."""
ELECTION = 1.16
EVENTS = {
    "incident": {"retaliated": True},
    "probe": {"answer": "soft", "retaliated": False},
    "renewal": {"passed": False},
    "funds": {"passed": False},
    "promise_renewed": {"passed": True},
    "election": {"of": "United States", "says": "sceptical"},
    "leader": {},
    "voided": {},
    "entry_into_force": {},
}


def rich(designs=400, replicates=10, **more):
    from sim.scenario.load import replaced

    values = {"sampling.designs": designs, "sampling.replicates": replicates}
    return replaced(Scenario(), RICH | values | more)


def run(scenario, worlds, course=None, until=None):
    """A model run to its end, or for some years."""
    model = sim.CeasefireModel(scenario, worlds, course=course)
    while model.running and (until is None or model.years < until - 1e-9):
        model.step()
    return model


ARRAYS = {
    "years_held": lambda m: m.years_held,
    "cause": lambda m: m.cause,
    "probes": lambda m: m.probes,
    "firm": lambda m: m.histories.firm_answers,
    "entry": lambda m: m.entry,
    "renewed": lambda m: m.renewed,
    "voided": lambda m: m.voided,
    "europe": lambda m: m.europe.reputation,
    "united_states": lambda m: m.united_states.reputation,
    "will": lambda m: m.europe.will,
    "disposition": lambda m: m.russia.disposition,
    "value": lambda m: m.russia.value_of_prevailing,
    "strength": lambda m: m.ukraine.strength,
    "drift": lambda m: m.terms_drift,
    "intervened": lambda m: m.wars.europe_intervenes,
    "backed": lambda m: m.wars.us_backs,
    "prevails": lambda m: m.wars.russia_prevails,
}


def assert_same(one, other):
    for name, read in ARRAYS.items():
        np.testing.assert_array_equal(read(one), read(other), err_msg=name)


@pytest.mark.long
def test_a_course_without_events_changes_no_bit():
    scenario = rich()
    free, fixed = run(scenario, 1000), run(scenario, 1000, Course())
    assert_same(free, fixed)
    assert not fixed.log_weight.any()


def course_of(model, until):
    """The course of a model of one world, from its journal: events up to `until`."""
    events = []
    happened = [event for event in model.journal.events if 0 < event.step <= round(12 * until)]
    for event in happened:
        said = event.details
        month = [other for other in happened if other.step == event.step]
        answered = [other.details["answer"] for other in month if other.kind == "answer"]
        incident = {
            "retaliated": "retaliates" in said.get("outcome", "")
            and "absorbs" not in said["outcome"]
        }
        match event.kind:
            case "incident" if answered:
                answer = {"answer": "firm" if answered[0] == "firmly" else "soft"}
                events.append(Event(event.years, "probe", answer | incident))
            case "incident":
                events.append(Event(event.years, "incident", incident))
            case "renewal":
                events.append(
                    Event(event.years, "renewal", {"passed": said["outcome"] == "passed"})
                )
            case "funds":
                events.append(Event(event.years, "funds", {"passed": said["outcome"] == "votes"}))
            case "term":
                passed = {"passed": said["outcome"] != "lapses"}
                events.append(Event(event.years, "promise_renewed", passed))
            case "election":
                says = {"of": "United States", "says": said["says"]}
                events.append(Event(event.years, "election", says))
            case "leader":
                events.append(Event(event.years, "leader"))
            case "voided":
                events.append(Event(event.years, "voided"))
            case "entry":
                events.append(Event(event.years, "entry_into_force"))
    return Course(until, tuple(sorted(events, key=lambda event: event.at)))


def repeated(course):
    """Whether the same promise is voided twice, which no course says."""
    return sum(event.what == "voided" for event in course.events) > 1


@pytest.mark.long
def test_a_course_taken_from_a_history_and_fixed_reproduces_it_bit_for_bit():
    scenario, kinds, checked = rich(**{"sampling.horizon_years": 4}), set(), 0
    for world in range(80):
        free = run(scenario, [world])
        until = float(np.floor(12 * min(3.0, free.years_held[0]) - 0.5) / 12)
        if until <= 0:
            continue
        course = course_of(free, until)
        if repeated(course):
            continue
        fixed = run(scenario, [world], course)
        assert_same(free, fixed)
        assert np.isfinite(fixed.log_weight[0])
        kinds |= {event.what for event in course.events}
        checked += 1
        if checked >= 20 and kinds == set(EVENTS):
            break
    assert kinds == set(EVENTS)
    assert checked >= 20


COURSES = {
    "silence": Course(1.0),
    "an incident": Course(0.5, (Event(0.3, "incident", {"retaliated": True}),)),
    "an incident, whether answered is unknown": Course(0.5, (Event(0.3, "incident"),)),
    "an incident absorbed": Course(0.3, (Event(0.3, "incident", {"retaliated": False}),)),
    "a probe": Course(0.3, (Event(0.2, "probe", {"answer": "soft", "retaliated": False}),)),
    "a probe answered": Course(0.3, (Event(0.2, "probe", {"answer": "firm", "retaliated": True}),)),
    "a failed renewal": Course(1.0, (Event(1.0, "renewal", {"passed": False}),)),
    "no funds": Course(1.0, (Event(1.0, "funds", {"passed": False}),)),
    "a sceptic": Course(
        1.2, (Event(ELECTION, "election", {"of": "United States", "says": "sceptical"}),)
    ),
    "a leader": Course(0.4, (Event(0.3, "leader"),)),
    "a voiding": Course(0.4, (Event(0.3, "incident", {"retaliated": True}), Event(0.3, "voided"))),
    "entry": Course(0.6, (Event(0.5, "entry_into_force"),)),
    "a promise renewed": Course(1.5, (Event(1.5, "promise_renewed", {"passed": True}),)),
}
NEXT = 2.0


def watched(scenario, worlds, observed, ends):
    """A model that stops after each of some years, and what was seen in each month of those
    observed, which come before the first stop."""
    model, watch = sim.CeasefireModel(scenario, worlds), Watch()
    watch.open(model)
    for end in ends:
        while model.running and model.years < end - 1e-9:
            if model.years > observed - 1e-9:
                model.observer = Observer()
            model.step()
        yield end, model, watch


SEEN = {
    ("renewal", True): "renewal passed",
    ("renewal", False): "renewal failed",
    ("funds", True): "funds passed",
    ("funds", False): "funds refused",
    ("promise_renewed", True): "promise renewed",
    ("promise_renewed", False): "promise lapsed",
    ("election", "committed"): "committed administration",
    ("election", "sceptical"): "sceptical administration",
    ("leader", None): "new leader in Russia",
    ("voided", None): "promise voided",
    ("entry_into_force", None): "entry into force",
}
DETAILS = {
    ("incident", "retaliated", True): "incident, answered",
    ("incident", "retaliated", False): "incident, not answered",
    ("probe", "retaliated", True): "probe, answered by Ukraine",
    ("probe", "answer", "firm"): "probe, met firmly",
    ("probe", "answer", "soft"): "probe, met softly",
}
SILENT = ("incident", "probe", "new leader in Russia", "promise voided", "entry into force")


def selected(course, model, watch):
    """The free histories in which just what the course says was seen, and no war."""
    last = step_of(course.until, 12)
    seen = model.years_held > course.until + 1e-9
    for step, month in enumerate(watch.months[:last], start=1):
        listed = [event for event in course.events if step_of(event.at, 12) == step]
        expected = {}
        for event in listed:
            if event.what in ("incident", "probe"):
                expected[event.what] = True
                for name, value in event.details.items():
                    answered = (event.what, name, value) == ("probe", "retaliated", False)
                    kind = DETAILS[event.what, name, value or answered]
                    expected[kind] = not answered
            else:
                value = event.details.get("passed", event.details.get("says"))
                expected[SEEN[event.what, value]] = True
        for kind in SILENT:
            expected.setdefault(kind, False)
        for kind, happened in expected.items():
            seen &= month[kind] == happened
    return seen


def ratio(weights, values):
    """Weighted mean, and its standard error (linearised)."""
    mean = (weights * values).sum() / weights.sum()
    return mean, np.sqrt(np.square(weights * (values - mean)).sum()) / weights.sum()


MEASURES = {
    "war": lambda model, until: model.years_held <= until + NEXT + 1e-9,
    "resolute": lambda model, _: model.europe.resolute,
    "committed": lambda model, _: model.united_states.resolute,
    "value": lambda model, _: np.minimum(model.russia.value_of_prevailing, 3),
    "insecurity": lambda model, _: model.russia.insecurity,
}
"""What is compared, beside the chance of the course itself."""


def measured(model, weights, until):
    """What a model has of each measure, by name, with the weights."""
    return {"weights": weights} | {
        name: np.array(measure(model, until), dtype=float) for name, measure in MEASURES.items()
    }


def compare(worlds, chunk=20_000):
    """How far weighting and selection are apart, in standard errors: a row for each course.

    Half of the worlds are weighted, all of which meet the course, and from all some are selected.
    """
    scenario = rich(worlds // 10, 10)
    fixed = {name: [] for name in COURSES}
    chosen = {name: [] for name in COURSES}
    for first in range(0, worlds, chunk):
        numbers = range(first, first + chunk)
        for name, course in COURSES.items():
            model = run(scenario, numbers[::2], course, course.until + NEXT)
            fixed[name].append(measured(model, np.exp(model.log_weight), course.until))
            model.close()
        ends = sorted({course.until + NEXT for course in COURSES.values()})
        for end, model, watch in watched(scenario, numbers, ends[-1] - NEXT, ends):
            for name, course in COURSES.items():
                if course.until + NEXT == end:
                    weights = selected(course, model, watch).astype(float)
                    chosen[name].append(measured(model, weights, course.until))
        model.close()
    return {name: dict(apart(joined(fixed[name]), joined(chosen[name]))) for name in COURSES}


def joined(chunks):
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


def apart(fixed, chosen):
    """Each measure with the difference of both ways in standard errors."""
    one, other = (
        (sample["weights"].mean(), sample["weights"].std() / np.sqrt(len(sample["weights"])))
        for sample in (fixed, chosen)
    )
    yield "chance", abs(one[0] - other[0]) / np.hypot(one[1], other[1])
    for name in MEASURES:
        one, other = (ratio(sample["weights"], sample[name]) for sample in (fixed, chosen))
        yield name, abs(one[0] - other[0]) / max(np.hypot(one[1], other[1]), 1e-12)


DECIDED = {
    (actor, node): choices for actor, nodes in CHOICES.items() for node, choices in nodes.items()
}


@pytest.mark.long
@pytest.mark.parametrize(("actor", "node"), DECIDED)
def test_every_choice_of_an_actor_can_be_fixed_and_weighs_what_it_had_by_chance(actor, node):
    """Each world's chances of the choices at one node of one month add up to 1, and the means of
    what follows, so weighted, to the mean of the free histories: within 4 standard errors."""
    month, worlds = (1.0 if node in ("renewal", "funds") else ELECTION), 10_000
    scenario = rich(1000, 10)
    free = run(scenario, worlds, until=3)
    parts = []
    for choice in DECIDED[actor, node]:
        fixed = run(scenario, worlds, Course(decisions=(Decision(month, actor, choice),)), 3)
        assert_war_is_settled(fixed)
        parts.append((np.exp(fixed.log_weight), fixed.at_peace.astype(float)))
    met = np.any([weight != 1 for weight, _ in parts], axis=0)
    assert met.any()
    total = sum(weight for weight, _ in parts)[met]
    held = sum(weight * peace for weight, peace in parts)[met]
    for sums, whole in ((total, np.ones(met.sum())), (held, free.at_peace[met])):
        apart = sums - whole
        assert abs(apart.mean()) <= 4 * apart.std() / np.sqrt(len(apart)) + 1e-9


def assert_war_is_settled(model):
    assert np.isfinite(model.wars.russia_prevails[model.histories.at_war]).all()


def assert_agrees(worlds):
    rows = compare(worlds)
    worst = max((error, name, what) for name, row in rows.items() for what, error in row.items())
    assert worst[0] < 4, worst
    assert {event.what for course in COURSES.values() for event in course.events} == set(EVENTS)


@pytest.mark.long
def test_weighting_agrees_with_selection_from_free_histories():
    """13 courses over all kinds of events, their chance and what they teach: 78 comparisons within
    4 standard errors; false alarm below 0.5 %."""
    assert_agrees(20_000)


@pytest.mark.exhaustive
def test_weighting_agrees_with_selection_from_400000_free_histories():
    """The same with errors a fifth as large."""
    assert_agrees(400_000)


MISTAKES = {
    "until = 1\n[[events]]\nat = 0.5\nwhat = ['incident']": (4, "no such event"),
    "until = 'soon'": (1, "until"),
    "until = -1": (1, "signature"),
    "until = 30": (1, "horizon"),
    "untill = 1": (1, "until"),
    "events = 3": (1, "events"),
    "until = 1\n[[events]]\nat = 0.5": (2, "what"),
    "until = 1\n[[events]]\nwhat = 'leader'": (2, "at"),
    "until = 1\n[[events]]\nat = true\nwhat = 'leader'": (3, "number of years"),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'leadr'": (4, "leader"),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'attack'": (4, "would be over"),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'offensive'": (4, "would be over"),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'leader'\npased = true": (5, "pased"),
    "until = 1\n[[events]]\nat = 1\nwhat = 'renewal'": (2, "passed"),
    "until = 1\n[[events]]\nat = 1\nwhat = 'renewal'\npassed = 1": (5, "true or false"),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'renewal'\npassed = true": (2, "last month"),
    "until = 1\n[[events]]\nat = 1.5\nwhat = 'leader'": (2, "until"),
    "until = 1\n[[events]]\nat = 25\nwhat = 'leader'": (2, "horizon"),
    "until = 1\n[[events]]\nat = 0\nwhat = 'leader'": (2, "signature"),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'leader'\n[[events]]\nat = 0.2\nwhat = 'leader'": (
        5,
        "order of time",
    ),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'leader'\n[[events]]\nat = 0.5\nwhat = 'leader'": (
        5,
        "second leader",
    ),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'probe'\n[[events]]\nat = 0.5\nwhat = 'incident'": (
        5,
        "exclude",
    ),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'voided'": (2, "above it"),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'election'\nof = 'United States'\nsays = 'committed'": (
        2,
        "2028-03-01",
    ),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'election'\nof = 'France'\nsays = 'committed'": (
        5,
        "United States",
    ),
    "until = 1\n[[events]]\nat = 0.1\nwhat = 'entry_into_force'": (2, "earliest"),
    "until = 1\n[[events]]\nat = 0.5\nwhat = 'promise_renewed'\npassed = true": (2, "1.5"),
    "until = 1\n[[decisions]]\nat = 0.5\nactor = 'Nobody'\nchoice = 'hold'": (4, "Russia"),
    "until = 1\n[[decisions]]\nat = 0.5\nactor = 'Russia'\nchoice = 'sleep'": (5, "attack"),
    "until = 1\n[[decisions]]\nat = 0.5\nactor = 'Russia'\nchoice = 'attack'": (2, "would be over"),
    "until = 1\n[[decisions]]\nat = 0.5\nactor = 'Russia'\nchoice = 'probe'": (2, "events say"),
    "until = 1\n[[decisions]]\nat = 25\nactor = 'Russia'\nchoice = 'hold'": (2, "horizon"),
    "until = 0\n[[decisions]]\nat = 1\nactor = 'Europe'\nchoice = 'firm'\n"
    "[[decisions]]\nat = 1\nactor = 'Europe'\nchoice = 'soft'": (6, "twice"),
    "until = 1\n[[events]]\nat = 1\nwhat = 'renewal'\npassed = true\n"
    "[[decisions]]\nat = 1\nactor = 'Europe'\nchoice = 'let lapse'": (6, "otherwise"),
}
"""Courses that cannot be, each with the line of its fault and a word of its reason."""


@pytest.mark.parametrize("text", MISTAKES)
def test_a_course_that_cannot_be_is_refused_with_line_and_reason(text, tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(text)
    line, reason = MISTAKES[text]
    with pytest.raises(sim.ScenarioError) as refused:
        sim.load_course(path, rich())
    assert any(
        problem.startswith(f"{path}:{line}: ") and reason in problem
        for problem in refused.value.problems
    ), refused.value.problems


IMPOSSIBLE = {
    "renewal": ({"passed": True}, "deployment"),
    "funds": ({"passed": True}, "promised nothing"),
    "promise_renewed": ({"passed": True}, "term"),
    "voided": ({}, "voided"),
    "entry_into_force": ({}, "accession"),
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_an_event_that_the_regime_cannot_have_is_refused(what):
    """Without any guarantee there is no deployment, promise, term or accession."""
    details, reason = IMPOSSIBLE[what]
    events = (Event(1.0, "incident"), Event(1.0, what, details))
    with pytest.raises(sim.ScenarioError, match=reason):
        sim.CeasefireModel(Scenario(), course=Course(1.0, events))


def test_a_file_that_is_none_is_refused(tmp_path):
    files = {
        "no.toml": None,
        "bad.toml": "until = = 1",
        "deep.toml": "until = " + "[" * 900 + "]" * 900,
        "long.toml": "until = " + "9" * 5000,
    }
    for path, text in files.items():
        if text:
            (tmp_path / path).write_text(text)
        with pytest.raises(sim.ScenarioError, match=path):
            sim.load_course(tmp_path / path, Scenario())


def test_a_course_is_written_and_read_back(tmp_path):
    """Its text holds all of it; dates are years since the signature."""
    course = Course(
        1.5,
        (Event(0.5, "probe", {"answer": "firm", "retaliated": True}), Event(0.75, "leader")),
        (Decision(2.0, "Europe", "let lapse"),),
    )
    path = tmp_path / "course.toml"
    path.write_text(course.text())
    assert sim.load_course(path, rich()) == course
    path.write_text("until = 2028-06-30\n[[events]]\nat = '2027-03-31'\nwhat = 'leader'\n")
    dated = sim.load_course(path, rich())
    assert dated.until == pytest.approx(547 / 365.25)
    assert dated.events[0].at == pytest.approx(90 / 365.25)


def test_histories_part_at_a_branch_and_not_before():
    """Copies of one history are the same up to the branch, and differ after it."""
    scenario = rich(**{"sampling.horizon_years": 6})
    (world,) = np.flatnonzero(run(scenario, 50, until=3).at_peace)[:1]
    copies = np.full(200, world)
    model = sim.CeasefireModel(scenario, copies, branches=[Branch(24, np.arange(200))])
    alone = run(scenario, [world], until=2)
    while model.steps < 24:
        model.step()
    assert (model.europe.reputation == alone.europe.reputation).all()
    assert (model.russia.disposition == alone.russia.disposition).all()
    while model.running:
        model.step()
    assert len(set(model.russia.disposition)) > 10
    assert len(set(model.years_held)) > 3

"""A run's name hangs on what its code does: on its syntax, and not on its layout or its remarks."""

from pathlib import Path

import pytest

import sim
from sim.fingerprint import fingerprint, meaning

CODE = '''
"""Adds."""
LIMIT = 1.5
"""The most."""

def total(values: list[float], *, sign: int = -1) -> str:
    """All of them."""
    # one by one
    both = [each ** 2 for each in values if each is not None]
    with open("a") as f, open("b"):
        pass
    match both:
        case [first, *_]:
            return f"{first:>{sign}.2f} of {sum(both)!r}" "and more"
    return lambda: (yield)
'''
SAME = """
LIMIT = 1.5
def total(
    values: list[float],
    *,
    sign: int = -1,
) -> str:
    both = [each**2 for each in values if each is not None]
    with (
        open('a') as f,
        open('b'),
    ):
        pass
    match both:
        case [first, *_]:
            return (
                f'{first:>{sign}.2f} of {sum(both)!r}'
                'and more'
            )
    return lambda: (yield)
"""


def test_layout_quotes_comments_and_docstrings_mean_nothing():
    assert meaning(CODE) == meaning(SAME)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.5", "1.6"),
        ("sign: int", "sign: float"),
        ("is not None", "is None"),
        (".2f", ".3f"),
        ("LIMIT", "LEAST"),
        ("and more", "and less"),
    ],
)
def test_every_change_of_what_the_code_does_shows(old, new):
    assert meaning(CODE.replace(old, new)) != meaning(CODE)


def test_it_is_the_same_under_every_version_of_python():
    assert meaning("def f(x=1.0): return {*x, None}") == (
        "Module(body=[FunctionDef(name='f',args=arguments(args=[arg(arg='x')],"
        "defaults=[Constant(value=1.0)]),body=[Return(value=Set(elts=[Starred(value=Name(id='x')),"
        "Constant()]))])])"
    )


def test_a_file_that_moves_changes_it(tmp_path: Path):
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text("x = 1\n")
    one, two = (fingerprint([tmp_path / name], tmp_path) for name in ("one.py", "two.py"))
    assert one != two
    (tmp_path / "one.py").write_text("x  =  1  # the same\n")
    assert fingerprint([tmp_path / "one.py"], tmp_path) == one


def test_the_code_of_the_model_can_be_read():
    package = Path(sim.__file__).parent
    assert len(fingerprint((package / "model").glob("*.py"), package)) == 64

"""The posterior as a scenario file to apply on top of others."""

from sim.study.finding import Finding


def scenario_text(finding: Finding) -> str:
    """The posterior as a scenario file to put over others, with how it was made."""
    draws, settings = finding.tables["draws"], finding.settings
    command = " ".join(
        f"--{name} {settings[name]}" for name in ("candidates", "histories", "checks", "seed")
    )
    source = f"posterior of {finding.name}, docs/calibration.md"
    description = (
        f"{len(draws)} pairs of adversaries drawn from the posterior: how much prevailing is "
        "worth to the challenger, what\nwar costs it, how insecure it is, how far and how fast "
        "it rebuilds, and the rates and noise of its choices. Apply\nit on top of any other "
        "scenario: nato.toml+calibrated.toml."
    )
    lines = [
        (
            f"# Made by `ceasefire calibrate {command}`, finding {finding.name}; do not edit it, "
            f"run "
            "the command again."
        ),
        'title = "What the historical record says about pairs of adversaries, and nothing else"',
        'label = "Fitted to past ceasefires"',
        f'description = """\n{description}\n"""',
        (
            'sources = ["the record of ceasefires since 1946 in the package '
            '(sim/record/codebook.md), renewed war, censoring included"]'
        ),
    ]
    for block in dict.fromkeys(key.partition(".")[0] for key in draws):
        lines += ["", f"[{block}]"]
        lines += [
            f'{key.partition(".")[2]} = {{ draws = {draws[key].tolist()}, source = "{source}" }}'
            for key in draws
            if key.startswith(f"{block}.")
        ]
    return "\n".join(lines) + "\n"

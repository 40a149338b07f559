"""`python -m benchmarks`: measures and prints a table, or JSON. Names of single benchmarks choose among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks import (
    audit,
    browser,
    bulk,
    checks,
    cohort,
    console,
    disk,
    endurance,
    intake,
    latency,
    numbers,
    office_intake,
    papers,
    print_scan,
    proofs,
    publishing,
    rebuild,
    register,
    serving,
    witnessing,
    writers,
)
from benchmarks.measuring import Figure, load
from benchmarks.world import Sizes, World

BENCHMARKS: dict[str, Callable[[World], Iterator[Figure]]] = {
    "intake": intake.measure,
    "audit": audit.measure,
    "checks": checks.measure,
    "proofs": proofs.measure,
    "numbers": numbers.measure,
    "papers": papers.measure,
    "cohort": cohort.measure,
    "bulk": bulk.measure,
    "scan": print_scan.measure,
    "serving": serving.measure,
    "browser": browser.measure,
    "disk": disk.measure,
    "publishing": publishing.measure,
    "witness": witnessing.measure,
    "writers": writers.measure,
    "rebuild": rebuild.measure,
    "register": register.measure,
    "office": office_intake.measure,
    "console": console.measure,
    "commands": latency.measure,
}
ENDURANCE = "endurance"
"""Only where it is named."""

_COLUMNS = ("what", "best", "median", "floor", "its best", "ratio", "median", "aim", "")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*BENCHMARKS, ENDURANCE]))
@click.option("--pack", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Take in this pack.")
@click.option(
    "--log",
    "logs",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="`audit`: a published log that is there already. May be given again.",
)
@click.option(
    "--entries",
    multiple=True,
    type=int,
    default=Sizes.audited,
    show_default=True,
    help="`audit`: about how many entries the logs have that it makes; 1000000 takes a quarter of an hour to make.",
)
@click.option("--trainees", default=Sizes.trainees, show_default=True, help="Size of the pack that is generated.")
@click.option("--listed", default=Sizes.listed, show_default=True, help="People whom `register` and `console` list.")
@click.option("--rounds", default=Sizes.rounds, show_default=True, help="How often everything is measured in turns.")
@click.option("--minutes", default=10.0, show_default=True, help="How long `endurance` lasts.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(
    names: tuple[str, ...],
    pack: Path | None,
    logs: tuple[Path, ...],
    entries: tuple[int, ...],
    trainees: int,
    listed: int,
    rounds: int,
    minutes: float,
    as_json: bool,
) -> None:
    """Measure this machine: all of NAMES, or everything but `endurance`."""
    before = load()

    def tell(said: str) -> None:
        click.echo(f"… {said}", err=True)

    with TemporaryDirectory(prefix="certledger-benchmarks-") as folder:
        sizes = Sizes(trainees=trainees, listed=listed, rounds=rounds, audited=entries)
        world = World(Path(folder), sizes, pack, logs)
        try:
            figures = run(world, names or tuple(BENCHMARKS), tell, minutes)
        finally:
            world.close()
    if as_json:
        said = {"before": before, "after": load(), "figures": [figure.as_json() for figure in figures]}
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    click.echo("\n".join(table(figures)))
    click.echo(f"\n{rounds} rounds in turns; ratio: best round to best round, then the median of all rounds.")
    click.echo(f"before: {before}; after: {load()}")


def run(
    world: World, names: tuple[str, ...], tell: Callable[[str], None] = lambda said: None, minutes: float = 10
) -> list[Figure]:
    """The figures of these benchmarks; `minutes` are those of `endurance`."""
    figures: list[Figure] = []
    for name in names:
        tell(name)
        figures += endurance.measure(world, minutes, tell) if name == ENDURANCE else BENCHMARKS[name](world)
    return figures


def table(figures: list[Figure]) -> list[str]:
    """Lines of a table in Markdown, columns aligned."""
    rows = [_COLUMNS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def _row(figure: Figure) -> tuple[str, ...]:
    floor = ""
    if figure.floor_values:
        best = min(figure.floor_values) if figure.less_is_better else max(figure.floor_values)
        floor = _number(best) + figure.unit
    return (
        figure.name,
        _number(figure.best) + figure.unit,
        _number(figure.median) + figure.unit,
        figure.floor,
        floor,
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if figure.median_ratio is None else f"{figure.median_ratio:.2f}",
        "" if figure.aim is None else str(figure.aim),
        "" if figure.met is None else "met" if figure.met else "NOT met",
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()

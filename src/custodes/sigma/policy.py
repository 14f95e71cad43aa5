"""How does pySigma check regular expressions? By the engine that DuckDB has too, and without a word of its own."""

from __future__ import annotations

import re
from typing import Any, Final, cast

from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RE2RegexEngine, RegexPattern

_FLAGS: Final = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"))


class _Quiet(RE2RegexEngine):
    """RE2 writes what it cannot read to the terminal by itself; we tell it with the rule's name."""

    def compile(self, pattern: str, flags: int = 0) -> RegexPattern:
        options: Any = self._re2.Options()
        options.log_errors = False
        on = "".join(letter for flag, letter in _FLAGS if flags & flag)
        try:
            return cast("RegexPattern", self._re2.compile(f"(?{on}){pattern}" if on else pattern, options))
        except self._re2.error as error:
            # It says why in bytes, which pySigma would show as Python writes them.
            said = error.args[0] if error.args else ""
            raise self._re2.error(said.decode(errors="replace") if isinstance(said, bytes) else said) from error


QUIET: Final = SigmaPolicy(regex_engine=_Quiet())

"""Whose records does a log hold? In the words that Sigma rules use for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogSource:
    """What a log is, or what a rule asks for: `product = aws`, `service = cloudtrail`. None is not stated."""

    product: str | None = None
    service: str | None = None
    category: str | None = None

    @property
    def name(self) -> str:
        """`aws/cloudtrail`, for people."""
        return "/".join(part for part in (self.product, self.service, self.category) if part) or "any log"

    def asks_for(self, log: LogSource) -> bool:
        """Whether a rule for this source is meant for that log.

        Product and service that the rule states must be the log's. A category counts where both state one: logs are
        declared by product and service, and a rule that states nothing but a category needs a log that states it too.
        """
        for mine, its in ((self.product, log.product), (self.service, log.service)):
            if mine is not None and (its is None or its.lower() != mine.lower()):
                return False
        if self.category is None:
            return self.product is not None or self.service is not None
        if log.category is not None:
            return log.category.lower() == self.category.lower()
        return self.product is not None or self.service is not None

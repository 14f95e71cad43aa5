"""What does Presidio say? Every pattern recogniser that it ships, of all countries, without a language model."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Sequence
from typing import Any

import presidio_analyzer.predefined_recognizers as shipped
import spacy
import tldextract
from asked import run
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

_LEAST = 0.4  # its own recognisers give less to what is told by nothing but its form


class Blank(SpacyNlpEngine):  # type: ignore[misc]  # its types are in the peers' environment only
    """Splits words and nothing else: recognisers of names by model stay out, as nothing may be downloaded."""

    def load(self) -> None:
        """Take spaCy's empty English pipeline."""
        self.nlp = {"en": spacy.blank("en")}


def engine() -> AnalyzerEngine:
    """An analyzer with all recognisers that need no model and no service, asked as for English."""
    # The list of domains' endings that ships with it, instead of a request.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    logging.disable(logging.WARNING)
    nlp = Blank(models=[{"lang_code": "en", "model_name": "blank"}])
    nlp.load()
    recognisers: list[EntityRecognizer] = []
    members: list[tuple[str, Any]] = inspect.getmembers(shipped, inspect.isclass)
    for name, cls in members:
        if any(word in name for word in ("Azure", "LangExtract", "NER", "Ner", "Spacy", "Stanza", "Transformers")):
            continue
        try:
            recognisers.append(cls(supported_language="en"))
        except TypeError:
            recognisers.append(cls())
    registry = RecognizerRegistry(recognizers=recognisers, supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"])


if __name__ == "__main__":
    analyzer = engine()

    def find(text: str, words: Sequence[str]) -> list[tuple[int, int, str]]:
        """Its results of .4 and more, the surest first."""
        told = analyzer.analyze(text, language="en", context=list(words), score_threshold=_LEAST)
        ordered = sorted(told, key=lambda result: (-result.score, result.start - result.end))
        return [(one.start, one.end, one.entity_type) for one in ordered]

    run(find)

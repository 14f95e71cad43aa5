"""How is a spaCy model asked for names of people? The extra `ner`; nothing else needs it.

https://spacy.io: models are packages that the owner installs; none is fetched from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from custodes.errors import BadInput, CouldNotRun

_PEOPLE: Final = frozenset({"PERSON", "PER"})
_UNUSED: Final = ("tagger", "parser", "lemmatizer", "attribute_ruler", "morphologizer")


class SpacyNames:
    """One loaded pipeline. title: its name and version."""

    def __init__(self, model: str) -> None:
        """Load a model by its package's name or its folder.

        Raises CouldNotRun when spaCy is not installed, BadInput when there is no such model or it finds no names.
        """
        try:
            import spacy  # noqa: PLC0415 - an extra, and a second to import
        except ImportError as error:
            raise CouldNotRun(
                "spaCy is not installed", where="scan.names_in_text", hint='pip install "custodes[ner]"'
            ) from error
        try:
            self._pipeline: Any = spacy.load(model, exclude=list(_UNUSED))
        except (OSError, ValueError, ImportError) as error:
            raise BadInput(
                f'spaCy has no model "{model}"',
                where="scan.names_in_text",
                hint="install the model's package, or give its folder",
            ) from error
        if not {"ner", "entity_ruler"} & set(self._pipeline.pipe_names):
            raise BadInput(
                f'the model "{model}" finds no names', where="scan.names_in_text", hint="choose one with the part ner"
            )
        meta = self._pipeline.meta
        self.title = f"spaCy's {meta.get('lang', '')}_{meta.get('name', model)} {meta.get('version', '')}".strip()

    def naming(self, texts: Sequence[str]) -> int:
        """How many of the texts name somebody."""
        read = self._pipeline.pipe(texts, batch_size=64)
        return sum(any(entity.label_ in _PEOPLE for entity in document.ents) for document in read)

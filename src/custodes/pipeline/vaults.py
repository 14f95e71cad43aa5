"""Where is sensitive data allowed to be? In what the owner declared a vault."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from custodes.config import StoreConfig


def in_vault(stores: Iterable[StoreConfig]) -> Callable[[str, str], bool]:
    """Whether the owner declared (store, dataset) a vault."""
    vaults = {store.name: store.vault for store in stores}

    def answer(store: str, dataset: str) -> bool:
        declared = vaults.get(store, False)
        return declared if isinstance(declared, bool) else dataset in declared

    return answer

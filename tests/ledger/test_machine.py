"""Does the log stay the plain list it stands for, whatever happens in whatever order?"""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from custodes.errors import CouldNotRun
from custodes.ledger.check_proof import check_proof
from tests.ledger.world import Died, FaultyDisk, ForgetfulDisk, World, reference_root, segment, some_leaves


class LogMachine(RuleBasedStateMachine):
    """world.leaves is the plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="custodes-ledger-")
        self.world = World(Path(self.folder.name), disk=FaultyDisk)
        self.made = 0
        self.remembered: list[tuple[int, bytes]] = []

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize()
    def create(self) -> None:
        self.ledger = self.world.create()

    def fresh(self, count: int) -> list[bytes]:
        self.made += count
        return some_leaves(count, self.made - count)

    @rule(counts=st.lists(st.sampled_from([1, 2, 7, 100, 255, 256, 257, 700]), min_size=1, max_size=3))
    def append(self, counts: list[int]) -> None:
        self.world.seal(self.ledger, *(self.fresh(count) for count in counts))

    @rule()
    def reopen(self) -> None:
        self.ledger = self.world.open()

    @rule()
    def remember(self) -> None:
        if self.ledger.size:
            self.remembered.append((self.ledger.size, self.ledger.root))

    @rule(count=st.sampled_from([1, 60, 300]), step=st.integers(0, 60), persists=st.booleans())
    def die_and_reopen(self, count: int, step: int, persists: bool) -> None:
        self.disturbed(FaultyDisk(persists=persists, how=Died), step, count)

    @rule(count=st.sampled_from([1, 60, 300]), step=st.integers(0, 60))
    def power_cut_and_reopen(self, count: int, step: int) -> None:
        self.disturbed(ForgetfulDisk(), step, count)

    @rule(count=st.sampled_from([1, 60, 300]), step=st.integers(0, 60), persists=st.booleans())
    def fail_and_reopen(self, count: int, step: int, persists: bool) -> None:
        self.disturbed(FaultyDisk(persists=persists, how=errno.ENOSPC), step, count)

    def disturbed(self, disk: FaultyDisk, step: int, count: int) -> None:
        leaves = self.fresh(count)
        ledger = self.world.open(disk)
        disk.step = len(disk.steps) + step
        acknowledged = False
        try:
            with ledger.begin() as batch:
                batch.add("events/new", ".rows", segment(leaves), leaves)
                batch.commit(self.world.now())
                acknowledged = True
        except (Died, CouldNotRun):
            pass
        if isinstance(disk, ForgetfulDisk):
            disk.power_cut()
        self.ledger = self.world.open()
        assert self.ledger.size in {len(self.world.leaves) + count, *([] if acknowledged else [len(self.world.leaves)])}
        if self.ledger.size > len(self.world.leaves):
            self.world.leaves += leaves

    @precondition(lambda self: self.ledger.size > 0)
    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, self.ledger.size - 1))
        proof = self.ledger.prove(index).encode()
        assert check_proof(proof, self.world.leaves[index], self.ledger.verifier) == (index, self.ledger.size)

    @invariant()
    def extends_all_it_ever_was(self) -> None:
        assert self.ledger.root == reference_root(self.world.leaves)
        for size, root in self.remembered:
            self.ledger.consistency(size, root)

    @invariant()
    def verifies(self) -> None:
        self.world.check(self.ledger)


LogMachine.TestCase.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLog = LogMachine.TestCase

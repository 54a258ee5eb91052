from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stoa.methods.merkle import leaf_hash, root
from stoa.methods.note import Checkpoint as Head
from stoa.methods.note import VerifierKey, open_note
from stoa.record.keys import vkey
from stoa.record.models import Checkpoint, Entry, Pending, Placement, Tile
from stoa.record.sequencer import sequence
from tests.record.growing import insert, numbers

pytestmark = pytest.mark.slow


def places() -> list[tuple[int, bytes]]:
    rows = Placement.objects.order_by("position").values_list("position", "entry__body")
    return [(position, bytes(body)) for position, body in rows]


@pytest.mark.django_db
def test_entries_are_placed_in_order_without_a_gap_and_once() -> None:
    insert(numbers(5))
    assert (sequence(limit=3), sequence(limit=3), sequence(limit=3)) == (3, 2, 0)
    assert places() == list(enumerate(numbers(5)))
    assert not Pending.objects.exists()
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [3, 5]


@pytest.mark.django_db
def test_each_head_signs_the_root_over_all_entries_before_it() -> None:
    insert(numbers(300))
    while sequence(limit=70):
        pass
    key = VerifierKey.parse(vkey())
    for stored in Checkpoint.objects.all():
        head = Head.parse(open_note(stored.note.encode(), [key]).text)
        assert (head.size, head.root) == (stored.size, bytes(stored.root))
        assert head.root == root(map(leaf_hash, numbers(stored.size)))


@pytest.mark.django_db
@given(batches=st.lists(st.integers(1, 300), min_size=1, max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_the_batches_fall_the_tiles_are_the_same(batches: list[int]) -> None:
    with transaction.atomic():
        insert(numbers(sum(batches)))
        for batch in batches:
            assert sequence(limit=batch) == batch
        leaves = [leaf_hash(leaf) for leaf in numbers(sum(batches))]
        whole = b"".join(leaves)
        stored = Tile.objects.filter(level=0).order_by("index").values_list("hashes", flat=True)
        assert [bytes(hashes) for hashes in stored] == [whole[at : at + 8192] for at in range(0, len(whole), 8192)]
        newest = Checkpoint.objects.latest("size")
        assert (newest.size, bytes(newest.root)) == (len(leaves), root(leaves))
        transaction.set_rollback(True)


def test_of_two_sequencers_at_once_each_entry_is_placed_by_one(cloned_db: str) -> None:
    insert(numbers(400))
    start = Barrier(2)

    def work(_: int) -> int:
        start.wait()
        try:
            return sum(sequence(limit=10) for _ in range(60))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(work, range(2)))
    rest = sequence(limit=1000)
    assert sum(done) + rest == 400
    assert places() == list(enumerate(numbers(400)))


def test_a_sequencer_that_breaks_off_leaves_nothing_half_done(cloned_db: str) -> None:
    insert(numbers(3))
    with transaction.atomic():
        assert sequence() == 3
        transaction.set_rollback(True)
    assert (Placement.objects.count(), Tile.objects.count(), Checkpoint.objects.count()) == (0, 0, 0)
    assert sequence() == 3
    assert places() == list(enumerate(numbers(3)))


def test_an_entry_of_an_act_under_way_is_placed_when_it_commits(cloned_db: str) -> None:
    insert(numbers(1))
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        insert(numbers(1, start=1))

        def elsewhere() -> int:
            try:
                return sequence()
            finally:
                connection.close()

        assert pool.submit(elsewhere).result() == 1
    assert sequence() == 1
    assert Entry.objects.count() == 2
    assert places() == list(enumerate(numbers(2)))

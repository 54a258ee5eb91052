"""Merkle trees: the known vectors, the two verifiers against each other, and proofs that were tampered with."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.merkle import (
    EMPTY_ROOT,
    Tree,
    leaf_hash,
    node_hash,
    root,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.methods import rfc9162

LEAVES = [
    bytes.fromhex(h)
    for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAF_HASHES = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
]
PAIR_45 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"  # the node over leaves 6 and 7
PAIR_456 = "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e"
PAIR_4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"


def tree_of(size: int) -> Tree:
    return Tree(leaf_hash(str(i).encode()) for i in range(size))


def test_roots_of_the_reference_leaves():
    tree = Tree(map(leaf_hash, LEAVES))
    assert [tree.root(size).hex() for size in range(9)] == ROOTS
    assert [root_of(LEAVES[:size]).hex() for size in range(9)] == ROOTS


def test_leaf_and_node_hashes():
    assert [leaf_hash(leaf).hex() for leaf in LEAVES] == LEAF_HASHES
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


def test_reference_proofs():
    tree = Tree(map(leaf_hash, LEAVES))
    assert [h.hex() for h in tree.inclusion_proof(5)] == [LEAF_HASHES[4], PAIR_45, ROOTS[4]]
    assert [h.hex() for h in tree.consistency_proof(3, 7)] == [LEAF_HASHES[2], LEAF_HASHES[3], ROOTS[2], PAIR_456]
    assert [h.hex() for h in tree.consistency_proof(6)] == [PAIR_4_5, PAIR_45, ROOTS[4]]


def test_root_by_the_recursive_definition():
    def defined(hashes: list[bytes]) -> bytes:
        if len(hashes) == 1:
            return hashes[0]
        k = 1 << ((len(hashes) - 1).bit_length() - 1)
        return node_hash(defined(hashes[:k]), defined(hashes[k:]))

    hashes = [leaf_hash(str(i).encode()) for i in range(130)]
    tree = Tree(hashes)
    for size in range(1, 131):
        assert tree.root(size) == root(hashes[:size]) == defined(hashes[:size])
    assert tree.root(0) == root([]) == EMPTY_ROOT


def test_every_inclusion_proof_is_accepted_by_both_verifiers():
    tree = tree_of(70)
    for size in range(1, 71):
        head = tree.root(size)
        for index in range(size):
            proof, leaf = tree.inclusion_proof(index, size), tree.node(0, index)
            assert verify_inclusion(index, size, leaf, proof, head)
            assert rfc9162.includes(index, size, leaf, proof, head)


def test_every_consistency_proof_is_accepted_by_both_verifiers():
    tree = tree_of(130)
    for size in range(1, 131):
        for old in range(1, size + 1):
            proof = tree.consistency_proof(old, size)
            assert verify_consistency(old, size, proof, tree.root(old), tree.root(size))
            assert rfc9162.extends(old, size, proof, tree.root(old), tree.root(size))


def tampered(proof: list[bytes]) -> list[list[bytes]]:
    """The proof cut, lengthened, turned round and with neighbours exchanged."""
    changed = [proof[1:], proof[:-1], [*proof, bytes(32)], [bytes(32), *proof], [*proof, *proof[-1:]], proof[::-1]]
    changed += [[*proof[:i], b, a, *proof[i + 2 :]] for i, (a, b) in enumerate(pairwise(proof))]
    return [other for other in changed if other != proof]


@given(st.data())
def test_both_verifiers_agree_on_tampered_inclusion_proofs(data):
    size = data.draw(st.integers(1, 64))
    index = data.draw(st.integers(0, size - 1))
    tree = tree_of(size)
    leaf, proof = tree.node(0, index), tree.inclusion_proof(index)
    for other in tampered(proof):
        assert not verify_inclusion(index, size, leaf, other, tree.root())
        assert not rfc9162.includes(index, size, leaf, other, tree.root())
    for elsewhere in range(-1, size + 2):
        expected = rfc9162.includes(elsewhere, size, leaf, proof, tree.root())
        assert verify_inclusion(elsewhere, size, leaf, proof, tree.root()) == expected == (elsewhere == index)


@given(st.data())
def test_both_verifiers_agree_on_tampered_consistency_proofs(data):
    size = data.draw(st.integers(1, 64))
    old = data.draw(st.integers(1, size))
    tree = tree_of(size)
    proof = tree.consistency_proof(old)
    for other in tampered(proof):
        assert not verify_consistency(old, size, other, tree.root(old), tree.root())
        assert not rfc9162.extends(old, size, other, tree.root(old), tree.root())
    for sooner in range(size + 2):
        ours = verify_consistency(sooner, size, proof, tree.root(old), tree.root())
        assert ours == rfc9162.extends(sooner, size, proof, tree.root(old), tree.root()) == (sooner == old)


@given(st.data())
def test_one_flipped_bit_anywhere_is_noticed(data):
    size = data.draw(st.integers(2, 100))
    index = data.draw(st.integers(0, size - 1))
    tree = tree_of(size)
    parts = [tree.root(), tree.node(0, index), *tree.inclusion_proof(index)]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = (int.from_bytes(parts[which], "big") ^ (1 << bit)).to_bytes(32, "big")
    assert not verify_inclusion(index, size, parts[1], parts[2:], parts[0])


def test_what_is_no_hash_is_refused():
    tree = tree_of(2)
    assert not verify_inclusion(0, 1, b"", [], b"")
    assert not verify_inclusion(0, 2, tree.node(0, 0), [b""], tree.root())
    assert not verify_consistency(1, 2, [b""], tree.root(1), tree.root())


def test_an_empty_tree_is_the_beginning_of_nothing_provable():
    tree = tree_of(4)
    assert not verify_consistency(0, 4, [], EMPTY_ROOT, tree.root())
    assert not verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    with pytest.raises(IndexError):
        tree.consistency_proof(0)


def test_asking_beyond_the_tree_is_an_index_error():
    tree = tree_of(5)
    for ask in (
        lambda: tree.inclusion_proof(5),
        lambda: tree.consistency_proof(6),
        lambda: tree.node(0, 5),
        lambda: tree.node(9, 0),
    ):
        with pytest.raises(IndexError):
            ask()

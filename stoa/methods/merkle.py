"""Merkle trees of RFC 6962: hashes, roots, proofs, and their two verifiers.

A tree is known by a function `node(height, index)`: the hash of the complete subtree over the leaves
[index·2^height, (index + 1)·2^height). `Tree` here and `TiledTree` in `tiles` give one. Hashes are SHA-256.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf: SHA-256(0x00 ‖ data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over leaves given by their hashes, in order."""
    row = list(leaf_hashes)
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        # An odd hash at the end rises unchanged: the same tree as the recursive definition's.
        paired = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
        row = paired + row[2 * len(paired) :]
    return row[0]


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves given by their data, in order."""
    return root(map(leaf_hash, leaves))


class Tree:
    """A tree in memory that grows at its end: per height, the hashes of its complete subtrees in one bytearray."""

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._levels: list[bytearray] = []
        for leaf in leaf_hashes:
            self.append(leaf)

    def append(self, leaf: bytes) -> None:
        """Add one leaf, given by its hash."""
        height, position, rising = 0, self.size, leaf
        self.size += 1
        while True:
            if height == len(self._levels):
                self._levels.append(bytearray())
            level = self._levels[height]
            level += rising
            if position % 2 == 0:
                return
            rising = node_hash(bytes(level[-64:-32]), rising)
            height, position = height + 1, position // 2

    def node(self, height: int, index: int) -> bytes:
        """The hash of a complete subtree; IndexError if the tree has none there."""
        start = HASH_SIZE * index
        if index < 0 or height >= len(self._levels) or start >= len(self._levels[height]):
            raise IndexError(f"A tree of {self.size} leaves has no complete subtree {index} of height {height}.")
        return bytes(self._levels[height][start : start + HASH_SIZE])

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves; over all of them if not given."""
        return tree_root(self.node, self.size if size is None else size)

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that leaf `index` is in the tree of the first `size` leaves, leaf's sibling first."""
        return inclusion_proof(self.node, index, self.size if size is None else size)

    def consistency_proof(self, old: int, size: int | None = None) -> list[bytes]:
        """The proof that the first `old` leaves are the beginning of the first `size`."""
        return consistency_proof(self.node, old, self.size if size is None else size)


def tree_root(node: Node, size: int) -> bytes:
    """The root over the first `size` leaves of a tree."""
    return _range_root(node, 0, size) if size else EMPTY_ROOT


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """The RFC 6962 audit path of leaf `index` in the tree of `size` leaves, leaf's sibling first.

    Raises IndexError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise IndexError(f"A tree of {size} leaves has no leaf {index}.")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(node, middle, end))
            end = middle
        else:
            path.append(_range_root(node, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(node: Node, old: int, size: int) -> list[bytes]:
    """The RFC 6962 proof that the tree of `old` leaves is the beginning of the tree of `size` leaves.

    Raises IndexError unless 1 <= old <= size. Empty where old equals size.
    """
    if not 1 <= old <= size:
        raise IndexError(f"There is no proof from a tree of {old} leaves to one of {size}.")
    proof = []
    start, end = 0, size
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_root(node, middle, end))
            end = middle
        else:
            proof.append(_range_root(node, start, middle))
            start = middle
    # The old tree's own root is left out where it is a node of the new one: the verifier has it.
    own = [] if start == 0 else [_range_root(node, start, end)]
    return own + proof[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that the leaf hash `leaf` stands at `index` in the tree of `size` leaves with `root`."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    inner, border = _proof_shape(index, size)
    if len(proof) != inner + border:
        return False
    return _climb(leaf, proof, index, inner) == root


def verify_consistency(old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether `proof` shows that the tree of `old` leaves with `old_root` begins the tree of `size` leaves with `root`.

    An empty old tree is refused: it is the beginning of every tree, and a proof of it shows nothing.
    """
    if not 1 <= old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    if not _are_hashes(old_root, root, *proof):
        return False
    inner, border = _proof_shape(old - 1, size)
    shift = (old & -old).bit_length() - 1
    inner -= shift
    known = old == 1 << shift
    if len(proof) != (0 if known else 1) + inner + border:
        return False
    seed = old_root if known else proof[0]
    rest = proof if known else proof[1:]
    mask = (old - 1) >> shift
    lefts = [h for k, h in enumerate(rest[:inner]) if (mask >> k) & 1] + list(rest[inner:])
    return _climb(seed, lefts, 0, 0) == old_root and _climb(seed, rest, mask, inner) == root


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)


def _split(size: int) -> int:
    """The largest power of two below `size`, for a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(node: Node, start: int, end: int) -> bytes:
    """The root over leaves [start, end); `start` is a multiple of the largest power of two not above end − start."""
    size = end - start
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return node(height, start >> height)
    middle = start + _split(size)
    return node_hash(_range_root(node, start, middle), _range_root(node, middle, end))


def _proof_shape(index: int, size: int) -> tuple[int, int]:
    """How many hashes of an inclusion proof lie below the tree's right border, and how many on it."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _climb(seed: bytes, proof: Sequence[bytes], index: int, inner: int) -> bytes:
    """Hash from `seed` to the root: below the border on the side that `index` says, on it always from the left."""
    rising = seed
    for k, sibling in enumerate(proof[:inner]):
        rising = node_hash(sibling, rising) if (index >> k) & 1 else node_hash(rising, sibling)
    for sibling in proof[inner:]:
        rising = node_hash(sibling, rising)
    return rising

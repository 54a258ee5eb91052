"""Tiles lie where tlog-tiles says, and the root that grows from entries is that of RFC 6962."""

from hashlib import sha256

import pytest

from stoa.methods import merkle
from stoa.verify.tree import ENTRIES, Growth, Tile, nodes_in_tiles, tiles_in_order


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(1, 1_234_067), "tile/1/x001/x234/067"),
        (Tile(ENTRIES, 1_000, 1), "tile/entries/x001/000.p/1"),
    ],
)
def test_a_tile_has_its_address(tile: Tile, path: str) -> None:
    assert tile.path == path


def grown(size: int) -> tuple[Growth, dict[str, bytes]]:
    """A tree over the decimal numbers below `size`, and its tiles of hashes by path."""
    growth, found = Growth(), {}
    for tile in tiles_in_order(size):
        if tile.level == ENTRIES:
            for number in range(growth.size, growth.size + tile.width):
                growth.add(str(number).encode())
        else:
            found[tile.path] = growth.take(tile)
    return growth, found


def test_known_tiles_of_seventy_thousand_entries() -> None:
    growth, found = grown(70_000)
    assert growth.root().hex() == "1a4cdfcb66374a0c0dcbef49acbd4976d13ee864fb3cb241fc943cad04f02f7e"
    assert {
        path: sha256(found[path]).hexdigest()[:16] for path in ("tile/0/272", "tile/0/273.p/112", "tile/1/000")
    } == {
        "tile/0/272": "c2f1c18b351a6cde",
        "tile/0/273.p/112": "4d21244557c97699",
        "tile/1/000": "ea7b038bc73489c8",
    }
    assert {path for path in found if not path.startswith("tile/0/")} == {
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    }


def test_the_root_is_that_of_a_plain_tree_at_every_size() -> None:
    growth = Growth()
    leaves: list[bytes] = []
    for number in range(600):
        assert growth.root() == merkle.root(leaves)
        growth.add(str(number).encode())
        leaves.append(merkle.leaf_hash(str(number).encode()))


@pytest.mark.parametrize("old", [1, 2, 255, 256, 257, 511, 512, 999, 1000])
def test_proofs_of_consistency_are_made_from_tiles(old: int) -> None:
    growth, found = grown(1000)
    before, _ = grown(old)
    node = nodes_in_tiles(1000, lambda tile: found[tile.path])
    proof = merkle.consistency_proof(node, old, 1000)
    assert merkle.verify_consistency(old, 1000, proof, before.root(), growth.root())

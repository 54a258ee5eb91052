"""Tiles: paths, bundles, reading and growing a tree, against the vectors of the tlog-tiles worked example."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoa.methods.merkle import Tree, leaf_hash, verify_consistency, verify_inclusion
from stoa.methods.tiles import (
    BadTile,
    Frontier,
    Tile,
    TiledTree,
    TilePath,
    bundle_path,
    decode_bundle,
    encode_bundle,
    parse_path,
    tile_path,
    tile_width,
)

VECTORS = {
    "tile/0/000": (8192, "b9704a8bfbee2c61185ceb38904a49f3f703c81e194b5b2ccdc254c2bdaaa62b"),
    "tile/0/272": (8192, "c2f1c18b351a6cde9fbab7bd56276cb209b7dabaf10512b6fc863db3ef9a76b2"),
    "tile/0/273.p/112": (3584, "4d21244557c976993a9a89bf928a46b5a876585228df279878239fd84489e5a5"),
    "tile/1/000": (8192, "ea7b038bc73489c89c31a27ac355aaca65a4ed73f0dd7484e68deb29d30f10a2"),
    "tile/1/001.p/17": (544, "adfaca2731630fe7944a4b98a0f98ef3e98685eafda09e6f81070218fb759ce4"),
    "tile/2/000.p/1": (32, "f0113c8bad855b49f9a5dd661d50012cd94f19aae87a45eb8334666835e3caea"),
}


class Shelf:
    """Tiles as a server would keep them: the widest of each."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}

    def put(self, tiles: tuple[Tile, ...]) -> None:
        for tile in tiles:
            assert len(tile.hashes) > len(self.tiles.get((tile.level, tile.index), b""))
            assert tile.hashes.startswith(self.tiles.get((tile.level, tile.index), b""))
            self.tiles[tile.level, tile.index] = tile.hashes

    def fetch(self, level: int, index: int, width: int) -> bytes:
        return self.tiles[level, index][: 32 * width]


def leaves(start: int, end: int) -> list[bytes]:
    return [leaf_hash(str(i).encode()) for i in range(start, end)]


def test_seventy_thousand_leaves_give_the_known_tiles():
    shelf = Shelf()
    frontier, tiles = Frontier().extend(leaves(0, 70_000))
    shelf.put(tiles)
    assert frontier.root().hex() == "1a4cdfcb66374a0c0dcbef49acbd4976d13ee864fb3cb241fc943cad04f02f7e"
    assert len(tiles) == 274 + 2 + 1
    found = {}
    for path in VECTORS:
        named = parse_path(path)
        assert named.level is not None
        assert tile_width(named.level, named.index, 70_000) == (named.width or 256)
        data = shelf.tiles[named.level, named.index]
        found[path] = (len(data), sha256(data).hexdigest())
    assert found == VECTORS


def test_the_known_entry_bundle():
    entries = [str(i).encode() for i in range(256)]
    data = encode_bundle(entries)
    assert (len(data), sha256(data).hexdigest()) == (
        1170,
        "94693d5c6d6a0355ec07bac8214516c1ce6a5100b0588f226fd95f26571157d7",
    )
    assert decode_bundle(data) == entries


def test_size_256_is_one_full_tile_and_one_hash_above_it():
    _, tiles = Frontier().extend(leaves(0, 256))
    assert [(tile.level, tile.index, tile.width) for tile in tiles] == [(0, 0, 256), (1, 0, 1)]


def test_paths():
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(2, 5, 17) == "tile/2/005.p/17"
    assert tile_path(2, 5, 256) == "tile/2/005"
    assert bundle_path(1000, 1) == "tile/entries/x001/000.p/1"
    assert parse_path("tile/entries/x001/000.p/1") == TilePath(None, 1000, 1)


@given(st.none() | st.integers(0, 63), st.integers(0, 10**18), st.none() | st.integers(1, 255))
def test_paths_are_read_back(level, index, width):
    path = bundle_path(index, width) if level is None else tile_path(level, index, width)
    assert parse_path(path) == TilePath(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/00",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/001/x002",
        "tile/0/1000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/07",
        "tile/0/000.p/",
        "tile/-1/000",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/data/000",
        "tile/0/" + "x001/" * 30 + "000",
        "",
    ],
)
def test_other_spellings_name_no_tile(path):
    with pytest.raises(BadTile):
        parse_path(path)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=6))
def test_growing_in_any_steps_gives_the_tree_and_what_is_on_the_shelf_rebuilds_it(steps):
    shelf, frontier, tree = Shelf(), Frontier(), Tree()
    for step in steps:
        added = leaves(tree.size, tree.size + step)
        frontier, tiles = frontier.extend(added)
        shelf.put(tiles)
        for leaf in added:
            tree.append(leaf)
        assert (frontier.size, frontier.root()) == (tree.size, tree.root())
        assert TiledTree(tree.size, shelf.fetch).root() == tree.root()
        assert Frontier.read(tree.size, shelf.fetch) == frontier


def test_steps_across_the_edge_of_the_second_level():
    shelf, frontier = Shelf(), Frontier()
    for start, end in [(0, 65_535), (65_535, 65_536), (65_536, 65_537), (65_537, 66_000)]:
        frontier, tiles = frontier.extend(leaves(start, end))
        shelf.put(tiles)
        assert frontier == Frontier.read(end, shelf.fetch)
        assert frontier.root() == TiledTree(end, shelf.fetch).root()


def test_proofs_from_tiles_are_those_of_the_tree():
    shelf, size = Shelf(), 66_000
    hashes = leaves(0, size)
    shelf.put(Frontier().extend(hashes)[1])
    tree, tiled = Tree(hashes), TiledTree(size, shelf.fetch)
    for index in (0, 1, 255, 256, 65_535, 65_536, size - 1):
        proof = tiled.inclusion_proof(index)
        assert proof == tree.inclusion_proof(index)
        assert verify_inclusion(index, size, hashes[index], proof, tiled.root())
    for old in (1, 2, 255, 256, 257, 65_536, 65_999, size):
        proof = tiled.consistency_proof(old)
        assert proof == tree.consistency_proof(old)
        assert verify_consistency(old, size, proof, tree.root(old), tiled.root())


def test_older_trees_are_read_from_the_same_tiles():
    shelf, tree = Shelf(), Tree(leaves(0, 900))
    shelf.put(Frontier().extend(leaves(0, 900))[1])
    for size in (1, 255, 256, 300, 512, 899):
        assert TiledTree(size, shelf.fetch).root() == tree.root(size)


def test_a_short_tile_is_refused():
    with pytest.raises(BadTile):
        TiledTree(300, lambda _level, _index, width: bytes(32 * width - 1)).root()
    with pytest.raises(BadTile):
        Frontier.read(300, lambda _level, _index, width: bytes(32 * width - 32))


def test_a_tree_has_no_node_beyond_its_end():
    shelf = Shelf()
    shelf.put(Frontier().extend(leaves(0, 300))[1])
    tiled = TiledTree(300, shelf.fetch)
    for height, index in [(0, 300), (1, 150), (8, 1), (9, 0), (16, 0)]:
        with pytest.raises(IndexError):
            tiled.node(height, index)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundles_are_read_back(entries):
    assert decode_bundle(encode_bundle(entries)) == entries


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x00" * 257, b"\x00\x01ab"])
def test_broken_bundles_are_refused(data):
    with pytest.raises(BadTile):
        decode_bundle(data)


def test_an_entry_may_have_65535_bytes_and_no_more():
    assert decode_bundle(encode_bundle([bytes(65_535)])) == [bytes(65_535)]
    with pytest.raises(BadTile):
        encode_bundle([bytes(65_536)])

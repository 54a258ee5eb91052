from hashlib import sha256

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from stoa.methods.merkle import EMPTY_ROOT, leaf_hash, root, verify_consistency, verify_inclusion
from stoa.methods.tiles import bundle_path, decode_bundle, tile_path, tile_width
from stoa.record import queries
from stoa.record.entries import keep_octets
from stoa.record.keys import origin, vkey
from tests.record.growing import grow, insert, numbers, served_head, served_tree

pytestmark = pytest.mark.django_db

OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def test_an_empty_log_has_a_signed_head_and_no_tile(client: Client) -> None:
    head = served_head(client)
    assert (head.origin, head.size, head.root) == (origin(), 0, EMPTY_ROOT)
    for path in ("tile/0/000", "tile/0/000.p/1", "tile/entries/000.p/1"):
        assert client.get(f"/record/{path}").status_code == 404


@pytest.mark.parametrize("size", [1, 255, 256, 257])
def test_tiles_and_bundles_lead_back_to_the_signed_root(client: Client, size: int) -> None:
    leaves = numbers(size)
    grow(leaves)
    head = served_head(client)
    assert (head.size, head.root) == (size, root(map(leaf_hash, leaves)))
    assert served_tree(client, size).root() == head.root
    bundles = [
        client.get(f"/record/{bundle_path(i, tile_width(0, i, size))}").content for i in range((size + 255) // 256)
    ]
    assert [entry for bundle in bundles for entry in decode_bundle(bundle)] == leaves


@pytest.mark.slow
def test_tiles_of_70000_entries_are_the_published_vectors(client: Client) -> None:
    grow(numbers(70_000))
    assert served_head(client).root.hex() == "1a4cdfcb66374a0c0dcbef49acbd4976d13ee864fb3cb241fc943cad04f02f7e"
    assert served_tree(client, 70_000).root() == served_head(client).root
    vectors = {
        "tile/0/000": "b9704a8bfbee2c61185ceb38904a49f3f703c81e194b5b2ccdc254c2bdaaa62b",
        "tile/0/272": "c2f1c18b351a6cde9fbab7bd56276cb209b7dabaf10512b6fc863db3ef9a76b2",
        "tile/0/273.p/112": "4d21244557c976993a9a89bf928a46b5a876585228df279878239fd84489e5a5",
        "tile/1/000": "ea7b038bc73489c89c31a27ac355aaca65a4ed73f0dd7484e68deb29d30f10a2",
        "tile/1/001.p/17": "adfaca2731630fe7944a4b98a0f98ef3e98685eafda09e6f81070218fb759ce4",
        "tile/2/000.p/1": "f0113c8bad855b49f9a5dd661d50012cd94f19aae87a45eb8334666835e3caea",
        "tile/entries/000": "94693d5c6d6a0355ec07bac8214516c1ce6a5100b0588f226fd95f26571157d7",
    }
    served = {path: sha256(client.get(f"/record/{path}").content).hexdigest() for path in vectors}
    assert served == vectors


def test_a_tile_keeps_answering_for_every_width_it_ever_had(client: Client) -> None:
    leaves = numbers(300)
    grow(leaves[:3])
    grow(leaves[3:])
    whole = client.get("/record/tile/0/000").content
    for width in (1, 3, 100, 255):
        assert client.get(f"/record/tile/0/000.p/{width}").content == whole[: 32 * width]
        bundle = client.get(f"/record/tile/entries/000.p/{width}").content
        assert decode_bundle(bundle) == leaves[:width]


def test_nothing_beyond_the_latest_head_is_served(client: Client) -> None:
    grow(numbers(257))
    insert(numbers(600))
    beyond = [
        "tile/0/000.p/256", "tile/0/001", "tile/0/001.p/2", "tile/0/002.p/1", "tile/1/000", "tile/1/000.p/2",
        "tile/2/000.p/1", "tile/entries/001", "tile/entries/001.p/2", "tile/63/000.p/1",
        "tile/0/" + "x999/" * 6 + "999", "tile/entries/" + "x999/" * 6 + "999",
    ]  # fmt: skip
    assert {path: client.get(f"/record/{path}").status_code for path in beyond} == dict.fromkeys(beyond, 404)
    assert client.get("/record/tile/1/000.p/1").status_code == 200
    assert client.get("/record/tile/0/001.p/1").status_code == 200


@pytest.mark.parametrize(
    "path", ["tile/0/0", "tile/00/000", "tile/64/000", "tile/0/x000/001", "tile/0/000.p/0", "tile/-1/000",
             "tile/entries/", "tile/0/000.p/01", "tile/0/000%00", "tile/ⅷ/000",
             "blob/short", f"blob/{'A' * 64}", "blob/x%0Ay"],
)  # fmt: skip
def test_what_names_nothing_is_missing_in_one_plain_line(client: Client, path: str) -> None:
    grow(numbers(257))
    answer = client.get(f"/record/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert answer.text.endswith("\n")
    assert answer.text.count("\n") == 1
    assert "immutable" not in answer["Cache-Control"]


def test_each_kind_says_its_type_its_age_and_that_it_is_open_to_all(client: Client) -> None:
    grow(numbers(256))
    name = keep_octets(b"a charter")
    expected = {
        "checkpoint": ("text/plain; charset=utf-8", "public, max-age=1"),
        "vkey": ("text/plain; charset=utf-8", "public, max-age=3600"),
        "tile/0/000": ("application/octet-stream", "public, max-age=31536000, immutable"),
        "tile/entries/000": ("application/octet-stream", "public, max-age=31536000, immutable"),
        f"blob/{name}": ("application/octet-stream", "public, max-age=31536000, immutable"),
    }
    for path, (content_type, caching) in expected.items():
        answer = client.get(f"/record/{path}")
        assert (answer["Content-Type"], answer["Cache-Control"]) == (content_type, caching)
        assert {name: answer[name] for name in OPEN} == OPEN
        assert "Vary" not in answer
        assert "Set-Cookie" not in answer
        assert client.post(f"/record/{path}").status_code == 405
        assert client.head(f"/record/{path}").status_code == 200
    assert client.get(f"/record/blob/{name}").content == b"a charter"
    assert client.get("/record/vkey").text == f"{vkey()}\n"


def test_a_tile_costs_one_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    grow(numbers(300))
    for path in (tile_path(0, 0), tile_path(0, 1, 44), bundle_path(0), "checkpoint"):
        with django_assert_num_queries(1):
            assert client.get(f"/record/{path}").status_code == 200


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700])
def test_proofs_hold_at_every_size_and_cost_few_queries(
    size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    leaves = numbers(size)
    grow(leaves)
    whole = root(map(leaf_hash, leaves))
    for position in {0, size // 2, size - 1}:
        with django_assert_num_queries(2):
            proven = queries.proven(position)
        assert proven is not None
        assert proven.body == leaves[position]
        assert verify_inclusion(position, size, leaf_hash(leaves[position]), proven.hashes, whole)
        old = position + 1
        with django_assert_num_queries(1):
            hashes = queries.consistency_proof(old, size)
        assert verify_consistency(old, size, hashes, root(map(leaf_hash, leaves[:old])), whole)
    for beyond in (size, 2**63, 10**30):
        assert queries.proven(beyond) is None

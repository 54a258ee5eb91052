"""Style sheets and scripts: right types, names that last, no way out of their folder."""

from __future__ import annotations

import gzip
import json

from stoa.config.static import static_files

STYLE = "a { color: red }\n" * 40


def collected(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "stoa.css").write_text(STYLE)
    (tmp_path / "site" / "stoa.0f3a.css").write_text(STYLE)
    (tmp_path / "site" / "dot.png").write_bytes(b"\x89PNG")
    (tmp_path / "staticfiles.json").write_text(json.dumps({"paths": {"site/stoa.css": "site/stoa.0f3a.css"}}))
    return static_files(tmp_path)


def test_only_what_was_collected_is_served_and_not_the_list_itself(tmp_path):
    assert sorted(collected(tmp_path)) == [
        "/static/site/dot.png",
        "/static/site/stoa.0f3a.css",
        "/static/site/stoa.css",
    ]


def test_a_name_made_from_its_content_lasts_for_ever_and_another_a_minute(tmp_path):
    files = collected(tmp_path)
    assert dict(files["/static/site/stoa.0f3a.css"].answer(gzipped=False)[0]) == {
        b"content-type": b"text/css; charset=utf-8",
        b"content-length": b"680",
        b"cache-control": b"public, max-age=31536000, immutable",
        b"vary": b"accept-encoding",
        b"x-content-type-options": b"nosniff",
    }
    assert dict(files["/static/site/stoa.css"].answer(gzipped=False)[0])[b"cache-control"] == b"public, max-age=60"


def test_text_is_packed_for_those_who_take_it(tmp_path):
    headers, body = collected(tmp_path)["/static/site/stoa.css"].answer(gzipped=True)
    assert gzip.decompress(body).decode() == STYLE
    assert dict(headers)[b"content-encoding"] == b"gzip"
    assert int(dict(headers)[b"content-length"]) == len(body) < len(STYLE)


def test_pictures_are_sent_as_they_are(tmp_path):
    headers, body = collected(tmp_path)["/static/site/dot.png"].answer(gzipped=True)
    assert body == b"\x89PNG"
    assert dict(headers)[b"content-type"] == b"image/png"
    assert b"content-encoding" not in dict(headers)


def test_scripts_have_the_type_that_browsers_demand_for_modules(tmp_path):
    (tmp_path / "a.js").write_text("1")
    (tmp_path / "b.mjs").write_text("1")
    files = static_files(tmp_path)
    assert {files["/static/a.js"].kind, files["/static/b.mjs"].kind} == {"text/javascript"}

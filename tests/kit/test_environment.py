"""An operator's settings: each read once, documented in one place, refused in one sentence."""

from __future__ import annotations

import stat
from dataclasses import fields
from pathlib import Path

import pytest

from stoa.kit.environment import BadSetting, Environment, Smtp, environment

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "operators" / "settings.md").read_text()


def test_without_any_variable_it_is_a_server_for_a_first_look():
    assert environment({}) == Environment(
        data=Path.cwd() / "data",
        port=8000,
        bind="127.0.0.1",
        address="http://localhost:8000",
        database_url="",
        database_owner_url="",
        secret_key="",
        smtp=None,
        mail_from="stoa@localhost",
        bounces=None,
        proxy=(),
        web_processes=2,
        sample=True,
        orcid_client_id="",
        orcid_client_secret="",
        github_client_id="",
        github_client_secret="",
        embeddings_url="",
        embeddings_model="",
        embeddings_key="",
    )


def test_every_variable_is_read(tmp_path: Path):
    (tmp_path / "new").mkdir()
    given = {
        "STOA_DATA": "/srv/a community",
        "STOA_PORT": "80",
        "STOA_BIND": "::",
        "STOA_ADDRESS": "https://Community.example/",
        "DATABASE_URL": "postgresql://stoa_app@db/stoa",
        "DATABASE_OWNER_URL": "postgres://stoa_owner@db/stoa",
        "STOA_SECRET_KEY": "k" * 32,
        "STOA_SMTP_URL": "smtps://us%40er:p%3Aw@mail.example",
        "STOA_MAIL_FROM": "Community <us@community.example>",
        "STOA_BOUNCES": str(tmp_path),
        "STOA_PROXY": "127.0.0.1, 10.0.0.0/8",
        "STOA_WEB_PROCESSES": "8",
        "STOA_SAMPLE": "no",
        "ORCID_CLIENT_ID": "o",
        "ORCID_CLIENT_SECRET": "os",
        "GITHUB_CLIENT_ID": "g",
        "GITHUB_CLIENT_SECRET": "gs",
        "STOA_EMBEDDINGS_URL": "https://models.example/v1/",
        "STOA_EMBEDDINGS_MODEL": "one:335m",
        "STOA_EMBEDDINGS_KEY": "ek",
    }
    assert set(given) == {field.metadata["variable"] for field in fields(Environment)}
    found = environment(given)
    assert found == Environment(
        data=Path("/srv/a community"),
        port=80,
        bind="::",
        address="https://community.example",
        database_url="postgresql://stoa_app@db/stoa",
        database_owner_url="postgres://stoa_owner@db/stoa",
        secret_key="k" * 32,
        smtp=Smtp("mail.example", 465, "us@er", "p:w", "tls"),
        mail_from="Community <us@community.example>",
        bounces=tmp_path,
        proxy=("127.0.0.1/32", "10.0.0.0/8"),
        web_processes=8,
        sample=False,
        orcid_client_id="o",
        orcid_client_secret="os",
        github_client_id="g",
        github_client_secret="gs",
        embeddings_url="https://models.example/v1",
        embeddings_model="one:335m",
        embeddings_key="ek",
    )
    assert (found.host, found.origin, found.encrypted, found.embedded) == (
        "community.example",
        "community.example",
        True,
        False,
    )


def test_an_empty_variable_counts_as_not_set():
    assert environment({"STOA_PORT": " ", "STOA_ADDRESS": ""}) == environment({})


def test_one_external_database_serves_as_its_own_owner_unless_told_otherwise():
    assert environment({"DATABASE_URL": "postgresql://one@db/stoa"}).database_owner_url == "postgresql://one@db/stoa"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"STOA_PORT": "http"}, "STOA_PORT “http” is not a port: give a number from 1 to 65535, such as 8000."),
        ({"STOA_PORT": "65536"}, "STOA_PORT “65536” is not a port: give a number from 1 to 65535, such as 8000."),
        ({"STOA_PORT": "²"}, "STOA_PORT “²” is not a port: give a number from 1 to 65535, such as 8000."),
        (
            {"STOA_BIND": "localhost"},
            "STOA_BIND “localhost” is not a network address of this machine: give one such as 127.0.0.1 or 0.0.0.0.",
        ),
        (
            {"STOA_ADDRESS": "community.example"},
            (
                "STOA_ADDRESS “community.example” is not a web address: "
                "give the scheme and the name alone, such as https://community.example."
            ),
        ),
        (
            {"STOA_ADDRESS": "https://community.example/stoa"},
            (
                "STOA_ADDRESS “https://community.example/stoa” holds more than scheme, name and port: "
                "give the scheme and the name alone, such as https://community.example."
            ),
        ),
        (
            {"STOA_ADDRESS": "http://[::1"},
            (
                "STOA_ADDRESS “http://[::1” can't be read as an address: "
                "give the scheme and the name alone, such as https://community.example."
            ),
        ),
        (
            {"DATABASE_URL": "mysql://user:hidden@host/db"},
            "DATABASE_URL is not a PostgreSQL address: give one such as postgresql://user:password@host/stoa.",
        ),
        (
            {"DATABASE_OWNER_URL": "postgresql://owner@db/stoa"},
            "DATABASE_OWNER_URL is set without DATABASE_URL: set both, or neither for the embedded database.",
        ),
        (
            {"STOA_SECRET_KEY": "hidden"},
            "STOA_SECRET_KEY is too short to be safe: give 32 random characters or more, or leave it out.",
        ),
        (
            {"STOA_EMBEDDINGS_URL": "https://modèle.example/v1", "STOA_EMBEDDINGS_MODEL": "m"},
            (
                "STOA_EMBEDDINGS_URL “https://modèle.example/v1” is not the address of a service: "
                "give one such as http://127.0.0.1:11434/v1, to which /embeddings is added."
            ),
        ),
        (
            {"STOA_EMBEDDINGS_KEY": "clé", "STOA_EMBEDDINGS_URL": "http://m.example", "STOA_EMBEDDINGS_MODEL": "m"},
            "STOA_EMBEDDINGS_KEY can't be sent as a key: give it in letters, digits and signs of ASCII, without spaces.",
        ),
        (
            {"STOA_BOUNCES": "/nowhere"},
            "STOA_BOUNCES “/nowhere” is no Maildir: give a folder that holds new and cur, to which your mail server delivers.",
        ),
        (
            {"STOA_SMTP_URL": "mail.example"},
            "STOA_SMTP_URL is not the address of a mail server: give one such as smtp://user:password@mail.example:587.",
        ),
        (
            {"STOA_SMTP_URL": "smtp://user:hidden@mail.example:many"},
            "STOA_SMTP_URL can't be read as an address: give one such as smtp://user:password@mail.example:587.",
        ),
        (
            {"STOA_PROXY": "10.0.0.1/8"},
            (
                "STOA_PROXY “10.0.0.1/8” is not a list of networks: "
                "give addresses such as 127.0.0.1 or 10.0.0.0/8, with commas."
            ),
        ),
        (
            {"STOA_WEB_PROCESSES": "0"},
            "STOA_WEB_PROCESSES “0” is not a number of processes: give a number from 1 to 16.",
        ),
        ({"STOA_SAMPLE": "maybe"}, "STOA_SAMPLE “maybe” is neither yes nor no: give one of the two."),
        (
            {"GITHUB_CLIENT_SECRET": "hidden"},
            "Only one of GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET is set: set both, or neither to leave that sign-in off.",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence_that_shows_no_secret(given, sentence):
    with pytest.raises(BadSetting) as refusal:
        environment(given)
    assert str(refusal.value) == sentence


def test_every_setting_stands_in_the_operators_documentation_with_its_default_and_meaning():
    missing = []
    for field in fields(Environment):
        about = field.metadata
        default = f"`{about['default']}`" if about["shown"] == about["default"] else about["shown"]
        row = f"| `{about['variable']}` | {default} | {about['means']} |"
        if row not in DOCUMENT:
            missing.append(row)
    assert missing == []


def test_secrets_stay_out_of_what_is_printed():
    found = environment({"STOA_SECRET_KEY": "hidden" * 6, "DATABASE_URL": "postgresql://user:hidden@db/stoa"})
    assert "hidden" not in repr(found)


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path):
    found = environment({"STOA_DATA": str(tmp_path / "new")})
    first = found.secret()
    assert len(first) >= 32
    assert environment({"STOA_DATA": str(tmp_path / "new")}).secret() == first
    assert stat.S_IMODE((found.keys / "secret.key").stat().st_mode) == 0o600
    assert sorted(path.name for path in found.keys.iterdir()) == ["secret.key"]


def test_the_secret_key_that_is_set_wins_over_the_file(tmp_path):
    found = environment({"STOA_DATA": str(tmp_path), "STOA_SECRET_KEY": "k" * 40})
    assert found.secret() == "k" * 40
    assert not found.keys.exists()

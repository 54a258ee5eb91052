"""Reads what the operator sets: environment variables with the same meaning as the options of `stoa up`, checked once."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

Role = Literal["app", "owner"]
MOST_MODEL = 100


class BadSetting(ValueError):
    """A setting that can't be used: one sentence naming the variable, the fault and the remedy."""


class Smtp(NamedTuple):
    """A mail server. `tls`: encrypted from the start, by STARTTLS, or not at all."""

    host: str
    port: int
    user: str
    password: str
    tls: Literal["tls", "starttls", "none"]


def _text(value: str) -> str:
    return value


def _folder(value: str) -> Path:
    return Path(value).expanduser().absolute()


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise ValueError("is not a port: give a number from 1 to 65535, such as 8000")
    return int(value)


def _processes(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 16:
        raise ValueError("is not a number of processes: give a number from 1 to 16")
    return int(value)


def _truth(value: str) -> bool:
    if value.lower() not in {"yes", "no", "true", "false", "1", "0"}:
        raise ValueError("is neither yes nor no: give one of the two")
    return value.lower() in {"yes", "true", "1"}


def _interface(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError("is not a network address of this machine: give one such as 127.0.0.1 or 0.0.0.0") from None


def _address(value: str) -> str:
    if not value:
        return ""
    remedy = "give the scheme and the name alone, such as https://community.example"
    parts = _split(value, remedy)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"is not a web address: {remedy}")
    if parts.path.rstrip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError(f"holds more than scheme, name and port: {remedy}")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _database(value: str) -> str:
    remedy = "give one such as postgresql://user:password@host/stoa"
    if value and _split(value, remedy).scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"is not a PostgreSQL address: {remedy}")
    return value


def _secret(value: str) -> str:
    if value and len(value) < 32:
        raise ValueError("is too short to be safe: give 32 random characters or more, or leave it out")
    return value


def _smtp(value: str) -> Smtp | None:
    if not value:
        return None
    remedy = "give one such as smtp://user:password@mail.example:587"
    parts = _split(value, remedy)
    schemes: dict[str, tuple[int, Literal["tls", "starttls", "none"]]] = {
        "smtps": (465, "tls"),
        "smtp": (587, "starttls"),
        "smtp+plain": (25, "none"),
    }
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"is not the address of a mail server: {remedy}")
    port, tls = schemes[parts.scheme]
    return Smtp(parts.hostname, parts.port or port, unquote(parts.username or ""), unquote(parts.password or ""), tls)


def _maildir(value: str) -> Path | None:
    if not value:
        return None
    if not (_folder(value) / "new").is_dir():
        raise ValueError("is no Maildir: give a folder that holds new and cur, to which your mail server delivers")
    return _folder(value)


def _service(value: str) -> str:
    if not value:
        return ""
    remedy = "give one such as http://127.0.0.1:11434/v1, to which /embeddings is added"
    parts = _split(value, remedy)
    host = parts.hostname or ""
    more = parts.username or parts.query or parts.fragment
    if parts.scheme not in {"http", "https"} or not host or not host.isascii() or more:
        raise ValueError(f"is not the address of a service: {remedy}")
    return value.rstrip("/")


def _key(value: str) -> str:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("can't be sent as a key: give it in letters, digits and signs of ASCII, without spaces")
    return value


def _model(value: str) -> str:
    if len(value) > MOST_MODEL or not value.isprintable():
        raise ValueError(f"is not the name of a model: give one of {MOST_MODEL} characters at most")
    return value


def _networks(value: str) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(part.strip())) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError(
            "is not a list of networks: give addresses such as 127.0.0.1 or 10.0.0.0/8, with commas"
        ) from None


def _split(value: str, remedy: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where the port is not a number
    except ValueError:
        raise ValueError(f"can't be read as an address: {remedy}") from None
    return parts


def _setting(
    variable: str, read: Callable[[str], Any], default: str, means: str, *, shown: str = "", secret: bool = False
) -> Any:
    """A field with what the operators' documentation says of it; `shown` is its default in words."""
    about = {"variable": variable, "read": read, "default": default, "shown": shown or default, "means": means}
    return field(metadata=about | {"secret": secret}, repr=not secret)


@dataclass(frozen=True)
class Environment:
    """Every setting of a server. What a community decides about itself is no setting: it stands in the charter and on /setup."""

    data: Path = _setting("STOA_DATA", _folder, "./data", "Folder for everything that the server keeps.")
    port: int = _setting("STOA_PORT", _port, "8000", "Port on which the web server listens.")
    bind: str = _setting("STOA_BIND", _interface, "127.0.0.1", "Network address on which the web server listens.")
    address: str = _setting(
        "STOA_ADDRESS",
        _address,
        "",
        "The community's public address, without a trailing slash. It is also the origin of the record: set it before the"
        " first start and keep it.",
        shown="http://localhost:PORT",
    )
    database_url: str = _setting(
        "DATABASE_URL",
        _database,
        "",
        "An external PostgreSQL (16 or newer) in place of the embedded one, as the role that serves the web.",
        shown="embedded",
        secret=True,
    )
    database_owner_url: str = _setting(
        "DATABASE_OWNER_URL",
        _database,
        "",
        "The same database as the role that owns its tables and migrates them.",
        shown="the value of DATABASE_URL",
        secret=True,
    )
    secret_key: str = _setting(
        "STOA_SECRET_KEY",
        _secret,
        "",
        "Signs sessions and links. Give the same to each machine that serves the same community.",
        shown="made at the first start and kept in keys/secret.key of the data folder",
        secret=True,
    )
    smtp: Smtp | None = _setting(
        "STOA_SMTP_URL",
        _smtp,
        "",
        "Mail server: smtp:// (STARTTLS), smtps:// (TLS from the start) or smtp+plain:// (no encryption).",
        shown="mails are printed on the console",
        secret=True,
    )
    mail_from: str = _setting(
        "STOA_MAIL_FROM", _text, "", "Sender of all mails.", shown="stoa@ and the host name of STOA_ADDRESS"
    )
    bounces: Path | None = _setting(
        "STOA_BOUNCES",
        _maildir,
        "",
        "A Maildir in which mail to that sender arrives: the worker notes which of its mails never arrived.",
        shown="off",
    )
    proxy: tuple[str, ...] = _setting(
        "STOA_PROXY",
        _networks,
        "",
        "Addresses of proxies, with commas, whose X-Forwarded-For and X-Forwarded-Proto are believed.",
        shown="none",
    )
    web_processes: int = _setting(
        "STOA_WEB_PROCESSES", _processes, "2", "Number of web processes, with eight threads each."
    )
    sample: bool = _setting(
        "STOA_SAMPLE", _truth, "yes", "Whether the first start fills an empty database with the sample community."
    )
    orcid_client_id: str = _setting("ORCID_CLIENT_ID", _text, "", "Sign-in with ORCID: the client's id.", shown="off")
    orcid_client_secret: str = _setting(
        "ORCID_CLIENT_SECRET", _text, "", "Sign-in with ORCID: the client's secret.", shown="off", secret=True
    )
    github_client_id: str = _setting(
        "GITHUB_CLIENT_ID", _text, "", "Sign-in with GitHub: the client's id.", shown="off"
    )
    github_client_secret: str = _setting(
        "GITHUB_CLIENT_SECRET", _text, "", "Sign-in with GitHub: the client's secret.", shown="off", secret=True
    )
    embeddings_url: str = _setting(
        "STOA_EMBEDDINGS_URL",
        _service,
        "",
        "A server of embeddings (OpenAI's form; /embeddings is added) that tells how close applications are to what reviewers"
        " work on. The texts of both are sent there, and those who write them are told its name.",
        shown="off: words that both share",
    )
    embeddings_model: str = _setting(
        "STOA_EMBEDDINGS_MODEL",
        _model,
        "",
        "The model that it is asked for. The name goes on the public record.",
        shown="off",
    )
    embeddings_key: str = _setting(
        "STOA_EMBEDDINGS_KEY", _key, "", "The key that it demands, if it does.", shown="none", secret=True
    )

    @property
    def host(self) -> str:
        """Host name of the public address, without port."""
        return urlsplit(self.address).hostname or ""

    @property
    def origin(self) -> str:
        """Origin of the record: the public address without its scheme."""
        return self.address.partition("://")[2]

    @property
    def encrypted(self) -> bool:
        """Whether visitors reach the server by https."""
        return self.address.startswith("https://")

    @property
    def embedded(self) -> bool:
        """Whether the server runs its own PostgreSQL."""
        return not self.database_url

    @property
    def cluster(self) -> Path:
        """Folder of the embedded PostgreSQL."""
        return self.data / "postgres"

    @property
    def files(self) -> Path:
        """Folder of content-addressed files."""
        return self.data / "files"

    @property
    def static(self) -> Path:
        """Folder of collected style sheets and scripts, made anew at each start of another version."""
        return self.data / "static"

    @property
    def keys(self) -> Path:
        """Folder of keys, readable by the server's user alone."""
        return self.data / "keys"

    @property
    def record_key(self) -> Path:
        """Signing key of the record, backed up apart from the rest."""
        return self.keys / "record.key"

    @property
    def embeddings_host(self) -> str:
        """Host name of the server of embeddings, for whoever's texts are sent to it."""
        return urlsplit(self.embeddings_url).hostname or ""

    def secret(self) -> str:
        """The secret key: as set, or from its file, which is made on first use with mode 0600."""
        return self.secret_key or _kept_secret(self.keys / "secret.key")


def environment(variables: Mapping[str, str] | None = None) -> Environment:
    """Read every setting. An empty variable counts as not set. Raises `BadSetting` on the first that can't be used."""
    given = os.environ if variables is None else variables
    values = {setting.name: _read(setting, given) for setting in fields(Environment)}
    values["address"] = values["address"] or f"http://localhost:{values['port']}"
    values["mail_from"] = values["mail_from"] or f"stoa@{urlsplit(values['address']).hostname}"
    values["database_owner_url"] = values["database_owner_url"] or values["database_url"]
    found = Environment(**values)
    _demand_pairs(found)
    return found


def _read(setting: Field[Any], given: Mapping[str, str]) -> Any:
    about = setting.metadata
    value = given.get(about["variable"], "").strip() or about["default"]
    try:
        return about["read"](value)
    except ValueError as fault:
        what = about["variable"] if about["secret"] else f"{about['variable']} “{value}”"
        raise BadSetting(f"{what} {fault}.") from None


def _demand_pairs(found: Environment) -> None:
    if found.database_owner_url and not found.database_url:
        raise BadSetting(
            "DATABASE_OWNER_URL is set without DATABASE_URL: set both, or neither for the embedded database."
        )
    for name in ("orcid", "github"):
        identifier, secret = getattr(found, f"{name}_client_id"), getattr(found, f"{name}_client_secret")
        if bool(identifier) != bool(secret):
            both = f"{name.upper()}_CLIENT_ID and {name.upper()}_CLIENT_SECRET"
            raise BadSetting(f"Only one of {both} is set: set both, or neither to leave that sign-in off.")
    if bool(found.embeddings_url) != bool(found.embeddings_model):
        both = "STOA_EMBEDDINGS_URL and STOA_EMBEDDINGS_MODEL"
        raise BadSetting(f"Only one of {both} is set: set both, or neither to compare texts by words.")
    if found.embeddings_key and not found.embeddings_url:
        raise BadSetting("STOA_EMBEDDINGS_KEY is set without STOA_EMBEDDINGS_URL: set that too, or neither.")


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(whole, path)  # appears complete, and the first of several processes wins
        except FileExistsError:
            pass
        finally:
            whole.unlink()
    return path.read_text().strip()

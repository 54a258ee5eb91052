"""The public facts about the charter, the community's presentation, its policies and the sponsor's declarations."""

from dataclasses import dataclass
from typing import ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class CharterInForce(Event):
    """A version of the charter counts from now on; `text` is the blob with its TOML."""

    version: int
    text: str
    provisional: bool
    type: ClassVar[str] = "charter.in_force"
    subject_kind: ClassVar[str] = "charter"

    @property
    def subject(self) -> str:
        """The version."""
        return f"charter:{self.version}"


@dataclass(frozen=True)
class CommunityDescribed(Event):
    """Name, summary, sponsor, contacts or look were set; which of them, as codes."""

    community: str
    changed: list[str]
    type: ClassVar[str] = "charter.community.described"
    subject_kind: ClassVar[str] = "community"


@dataclass(frozen=True)
class PolicyPublished(Event):
    """A privacy notice or code of conduct was published."""

    policy: str
    type: ClassVar[str] = "charter.policy.published"
    subject_kind: ClassVar[str] = "policy"


@dataclass(frozen=True)
class SponsorDeclared(Event):
    """Somebody declared what is given, or that nothing is."""

    declaration: str
    kind: str
    none: bool
    type: ClassVar[str] = "charter.sponsor.declared"
    subject_kind: ClassVar[str] = "declaration"

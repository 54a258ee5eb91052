"""What shows an applicant's post: a page, ORCID, members who vouch. A domain never does."""

from __future__ import annotations

from dataclasses import dataclass

from stoa.members.models import Application, Draft, Vouch


@dataclass(frozen=True)
class Shown:
    """What an applicant says of their post and what shows it: a page that nobody here looked at, ORCID, names of members."""

    post: str
    page: str
    orcid: str
    vouched: list[str]

    @property
    def by_anything(self) -> bool:
        """Whether anything shows it."""
        return bool(self.page or self.orcid or self.vouched)


def post_of(holder: Draft | Application, *, orcid: str) -> Shown:
    """How the post is shown that this application claims; `orcid` is the iD by sign-in there, if there is one."""
    told = holder.profile if isinstance(holder, Draft) else {"post": holder.post, "page": holder.page}
    post = told.get("post", "")
    vouches = Vouch.objects.filter(draft__call=holder.call_id, draft__person=holder.person_id, post=post)
    names = [vouch.person.shown_name for vouch in vouches.select_related("person")] if post else []
    return Shown(post, told.get("page", ""), orcid, names)

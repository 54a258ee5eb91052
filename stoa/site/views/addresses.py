"""The page of one's own addresses: allauth's, which says besides from which of them mail comes back."""

from __future__ import annotations

from typing import Any

from allauth.account.views import EmailView

from stoa.kit.bounces import held
from stoa.kit.models import Bounce


class Addresses(EmailView):
    """One's addresses, each with what is known of it."""

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """Add `back` to each address: what was noted when mail from there came back, and `held`: how many mails wait for it."""
        context: dict[str, Any] = super().get_context_data(**given)  # type: ignore[no-untyped-call]  # allauth has no types
        shown = list(context["emailaddresses"])
        came = {one.address: one for one in Bounce.objects.filter(address__in=[one.email.lower() for one in shown])}
        for one in shown:
            one.back = came.get(one.email.lower())
            one.held = held([one.email.lower()]).count() if one.back else 0
        return context | {"emailaddresses": shown}

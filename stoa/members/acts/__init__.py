"""Acts on calls and applications."""

from stoa.members.acts.about import say_about_oneself, take_back_about_oneself
from stoa.members.acts.afterwards import appeal, decide_appeal, give_up_place
from stoa.members.acts.applications import begin_application, read_application, save_draft, submit, withdraw
from stoa.members.acts.arriving import invite_applicant, let_in
from stoa.members.acts.asking import answer, ask, withdraw_enquiry
from stoa.members.acts.calls import (
    amend_call,
    announce_call,
    close_call,
    draft_call,
    edit_call,
    extend_call,
    make_up_outage,
    open_call,
)
from stoa.members.acts.deciding import (
    begin_review,
    confirm_release,
    draft_release,
    give_bar,
    give_reason,
    invite_reviewers,
    rank,
    set_bar,
)
from stoa.members.acts.inviting import draft_invitations, drop_invitations, send_invitations
from stoa.members.acts.moving import give_out, give_out_files, given_out, import_applications, read_appeals, take_list
from stoa.members.acts.onboarding import accept_conduct, choose_topics, introduce, take_step
from stoa.members.acts.pairs import find_pairs, settle_pair
from stoa.members.acts.recognition import load_domains
from stoa.members.acts.suspending import appeal_suspension, decide_suspension_appeal, leave, lift, suspend
from stoa.members.acts.terms import ask_about_ties, confirm_ties, give_notice, renew
from stoa.members.acts.vouching import vouch

__all__ = [
    "accept_conduct",
    "amend_call",
    "announce_call",
    "answer",
    "appeal",
    "appeal_suspension",
    "ask",
    "ask_about_ties",
    "begin_application",
    "begin_review",
    "choose_topics",
    "close_call",
    "confirm_release",
    "confirm_ties",
    "decide_appeal",
    "decide_suspension_appeal",
    "draft_call",
    "draft_invitations",
    "draft_release",
    "drop_invitations",
    "edit_call",
    "extend_call",
    "find_pairs",
    "give_bar",
    "give_notice",
    "give_out",
    "give_out_files",
    "give_reason",
    "give_up_place",
    "given_out",
    "import_applications",
    "introduce",
    "invite_applicant",
    "invite_reviewers",
    "leave",
    "let_in",
    "lift",
    "load_domains",
    "make_up_outage",
    "open_call",
    "rank",
    "read_appeals",
    "read_application",
    "renew",
    "save_draft",
    "say_about_oneself",
    "send_invitations",
    "set_bar",
    "settle_pair",
    "submit",
    "suspend",
    "take_back_about_oneself",
    "take_list",
    "take_step",
    "vouch",
    "withdraw",
    "withdraw_enquiry",
]

"""What is secret, each so or otherwise, an app a module: told through the program's own acts by those whose secrets they are."""

from __future__ import annotations

from tests.leaks.stories.agenda import (
    how_many_answered,
    what_is_drafted_to_all,
    what_one_answers,
    whether_one_answers,
    whether_one_takes_back,
    whether_one_thinks_again,
    who_answered_how,
    who_asks_unsigned,
    who_wrote_it,
)
from tests.leaks.stories.ballots import (
    what_one_approves,
    what_one_has_ticked,
    whether_one_votes,
    whether_one_votes_again,
    who_voted_for_which,
)
from tests.leaks.stories.forum import (
    what_a_removed_post_said,
    what_first_pieces_say,
    what_one_does_in_silence,
    whether_one_reports,
)
from tests.leaks.stories.lab import (
    whether_a_file_of_results_is_looked_at,
    whether_a_reproduction_is_committed,
    whether_a_study_is_drafted,
)
from tests.leaks.stories.members import (
    what_a_removed_question_asked,
    what_is_decided,
    what_letters_say,
    what_one_says_apart,
    what_the_files_of_a_call_hold,
    whether_a_call_is_drafted,
    whether_a_reviewer_gives_a_bar,
    whether_all_files_are_taken_along,
    whether_one_answers_about_ties,
    whether_one_appeals,
    whether_one_applies,
    whether_one_begins_to_apply,
    whether_one_withdrew,
    whether_somebody_else_vouched_before,
    whether_two_accounts_are_suspected,
    which_bar_a_reviewer_gives,
    who_asks_about_a_call,
    who_stands_where_in_a_released_call,
    whom_invitations_would_go_to,
    why_one_is_suspended,
)
from tests.leaks.stories.notices import (
    what_is_drafted_to_everybody,
    where_those_meet_who_come,
    whether_one_has_a_calendar,
    who_comes,
)
from tests.leaks.stories.people import (
    how_one_signs_in,
    what_address_one_has,
    what_one_has_set,
    what_one_sends,
    whether_mail_comes_back,
    whether_one_takes_ones_data_away,
    whether_staff_looked,
)
from tests.leaks.stories.review import who_reads_a_call_and_what_they_say, who_reviews_what

IN_A_CALL = (
    whether_a_study_is_drafted,
    whether_a_reproduction_is_committed,
    whether_a_file_of_results_is_looked_at,
    who_reads_a_call_and_what_they_say,
    what_is_drafted_to_everybody,
    who_comes,
    where_those_meet_who_come,
    whether_one_has_a_calendar,
    whether_a_reviewer_gives_a_bar,
    which_bar_a_reviewer_gives,
    what_is_decided,
    who_stands_where_in_a_released_call,
    what_letters_say,
    whether_one_appeals,
    whether_a_call_is_drafted,
    whether_one_begins_to_apply,
    whether_one_withdrew,
    whether_one_applies,
    whether_somebody_else_vouched_before,
    what_the_files_of_a_call_hold,
    whether_all_files_are_taken_along,
    what_one_says_apart,
    who_asks_about_a_call,
    what_a_removed_question_asked,
    whom_invitations_would_go_to,
)

IN_A_DISCUSSION = (
    who_reviews_what,
    why_one_is_suspended,
    whether_two_accounts_are_suspected,
    whether_one_takes_ones_data_away,
    whether_one_answers_about_ties,
    what_one_answers,
    whether_one_answers,
    whether_one_thinks_again,
    whether_one_takes_back,
    how_many_answered,
    what_one_does_in_silence,
    what_one_has_set,
    what_one_sends,
    how_one_signs_in,
    what_address_one_has,
    whether_staff_looked,
    whether_mail_comes_back,
    who_asks_unsigned,
    what_is_drafted_to_all,
    who_wrote_it,
    whether_one_reports,
    what_a_removed_post_said,
    what_first_pieces_say,
)

IN_A_VOTE = (what_one_approves, whether_one_votes, whether_one_votes_again, what_one_has_ticked, what_one_has_set)

AFTER_THE_CLOSE = (who_answered_how, who_voted_for_which)
